#include "crema/scan/infra/infra_rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::scan {
namespace {

using testing::ElementsAre;

std::vector<RuleHit> named_x(const RuleScope& scope) {
  return text_at(scope.place.value, "name") == "x" ? std::vector{RuleHit{scope.place, ""}}
                                                   : std::vector<RuleHit>();
}

constexpr std::string_view kSubjects[] = {"resource", "container"};
constexpr NamedCheck kChecks[] = {{"named-x", &named_x}, {"elsewhere"}};
constexpr Framework kFramework{
    .name = "kubernetes", .subjects = kSubjects, .checks = kChecks, .has_kinds = true};

formats::YamlPtr yaml(std::string text) {
  return formats::parse_yaml(std::make_shared<SourceFile>("t.yml", std::move(text))).value();
}

Result<Rule> page(std::string_view metadata) {
  return parse_rule(std::make_shared<SourceFile>(
      "t.md", "---\nid: X-1\ntitle: It is bad\n" + std::string(metadata) +
                  "---\nWhy.\n## Bad\n```\na\n```\n## Good\n```\nb\n```\n"));
}

std::vector<std::string> judged(std::string_view metadata, std::string text) {
  const auto rule = page(metadata).value();
  const auto read = InfraRule::read(rule, kFramework);
  if (!read) return {read.error().message};
  const YamlPlace place{nullptr, yaml(std::move(text))};
  std::vector<std::string> all;
  for (const auto& hit : read->judge({.place = place, .beginnings = {{"$", place}}})) {
    const auto& node = hit.place.key ? hit.place.key : hit.place.value;
    all.push_back(std::to_string(node->line) + " " + hit.message);
  }
  return all;
}

TEST(InfraRule, FindsWhereItsConditionHolds) {
  EXPECT_THAT(judged("bad: {a.b: 1}\n", "a:\n  b: 1\n"), ElementsAre("2 It is bad"));
  EXPECT_THAT(judged("bad: {a.b: 1}\n", "a:\n  b: 2\n"), ElementsAre());
  EXPECT_THAT(judged("when: {c: 1}\nbad: {a: 1}\n", "a: 1\n"), ElementsAre());
}

TEST(InfraRule, GoesAlongPathsAndShowsValues) {
  EXPECT_THAT(judged("for: list[*]\nbad: {n: {at-least: 2}}\nmessage: \"{n} of {$.name}\"\n",
                     "name: it\nlist:\n  - n: 1\n  - n: 2\n  - n: 3\n"),
              ElementsAre("4 2 of it", "5 3 of it"));
  EXPECT_THAT(judged("each: list[*].n\nbad: {.: {at-least: 2}}\nmessage: \"{value}\"\n",
                     "name: it\nlist:\n  - n: 1\n  - n: 2\n"),
              ElementsAre("4 2"));
  EXPECT_THAT(
      judged("bad: {a: 1}\nat: [x, name]\nmessage: \"{key} {value}\"\n", "a: 1\nname: it\n"),
      ElementsAre("2 a 1"));
}

TEST(InfraRule, AsksAFunctionOfItsFramework) {
  EXPECT_THAT(judged("for: c[*]\ncheck: named-x\n", "c:\n  - image: i\n    name: x\n  - name: y\n"),
              ElementsAre("3 It is bad"));
  EXPECT_THAT(judged("check: elsewhere\n", "a: 1\n"), ElementsAre());
}

TEST(InfraRule, SaysWhatIsWrongAndWhere) {
  for (const auto* metadata :
       {"bed: {a: 1}\n", "framework: compose\n", "for: pot\nbad: {a: 1}\n", "check: nobody\n",
        "bad: {a: 1}\nmessage: \"{a\"\n", "severity: low\n"}) {
    const auto rule = page(metadata).value();
    const auto read = InfraRule::read(rule, kFramework);
    ASSERT_FALSE(read) << metadata;
    EXPECT_TRUE(read.error().code.starts_with("rule/")) << read.error().code;
    ASSERT_TRUE(read.error().span.known()) << metadata;
    EXPECT_EQ(read.error().span.source->path(), "t.md");
  }
}

TEST(InfraRule, KnowsWhichOfSeveralItIs) {
  const auto rule = page("for: c[*]\neach: env[*]\nbad: {value: bad}\n").value();
  const auto read = InfraRule::read(rule, kFramework).value();
  const auto which = [&](std::string text) {
    std::vector<std::string> all;
    for (const auto& hit : read.judge({.place = {nullptr, yaml(std::move(text))}}))
      all.push_back(make_found(read, hit, {}, "pod").content);
    return all;
  };
  EXPECT_THAT(which("c: [{name: web, env: [{name: B, value: bad}]}]\n"), ElementsAre("pod web B"));
  EXPECT_THAT(which("c: [{name: web, env: [{name: A, value: bad}, {name: B, value: bad}]}]\n"),
              ElementsAre("pod web A", "pod web B"));
}

TEST(InfraRule, MakesAFindingWithThePlaceOfKeyAndValue) {
  const auto rule =
      page("aliases: [CKV_1]\nframework: kubernetes\nincident: rights\nbad: {a: 1}\n").value();
  const auto read = InfraRule::read(rule, kFramework).value();
  const auto hits = read.judge({.place = {nullptr, yaml("x: 0\na: 1\n")}});
  ASSERT_EQ(hits.size(), 1U);
  const auto found = make_found(read, hits[0], {"f.yml", "Pod.ns.x", 1, 2}, "container web");
  EXPECT_EQ(found.finding.rule, "X-1");
  EXPECT_EQ(found.finding.aliases, std::vector<std::string>{"CKV_1"});
  EXPECT_EQ(found.finding.incident, "kubernetes:rights:Pod.ns.x");
  EXPECT_EQ(found.subject, "Pod.ns.x");
  EXPECT_EQ(found.content, "container web");
  EXPECT_EQ(found.last_line, 2U);
  const auto& location = found.finding.locations.at(0);
  EXPECT_EQ(location.line, 2U);
  EXPECT_EQ(location.column, 1U);
  EXPECT_EQ(location.end_column, 5U);
}

}  // namespace
}  // namespace crema::scan
