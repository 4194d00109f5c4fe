#include "report.h"

#include "crema/scan/workflows/workflow_scanner.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace crema::scan {
namespace {

std::vector<Rule> all_rules() {
  std::vector<Rule> rules;
  for (const auto pages : {github_actions_rules(), health_rules()}) {
    auto some = parse_rules(pages);
    EXPECT_TRUE(some) << (some ? "" : some.error().message);
    if (some) std::ranges::move(*some, std::back_inserter(rules));
  }
  return rules;
}

std::unique_ptr<Scanner> scanner_of(const std::string& rule) {
  auto scanner = make_workflow_scanner(
      {.selection = {.only = {rule}},
       .forbidden_uses = {"example/*"},
       .exists = [](const std::string& path) { return path == "Dockerfile"; }});
  EXPECT_TRUE(scanner);
  return scanner ? std::move(*scanner) : nullptr;
}

FileAnswer answer_for(const Scanner& scanner, const RuleExample& example) {
  const TreeFile file{.path = example.name.empty() ? ".github/workflows/build.yml" : example.name};
  EXPECT_TRUE(scanner.takes(file)) << file.path;
  auto answer = scanner.look_at({.file = file, .text = example.text, .literals = {}});
  const FileNotes notes[] = {{.path = file.path, .notes = answer.notes}};
  std::ranges::move(scanner.conclude(notes).found, std::back_inserter(answer.found));
  return answer;
}

TEST(WorkflowRules, FindTheirBadExamplesAndLetTheGoodOnesPass) {
  for (const auto& rule : all_rules()) {
    const auto scanner = scanner_of(rule.id);
    ASSERT_NE(scanner, nullptr);
    for (const auto& example : rule.examples) {
      const auto where = fmt::format("{}, example in line {}", rule.id, example.line);
      const auto answer = answer_for(*scanner, example);
      EXPECT_THAT(answer.not_scanned, testing::IsEmpty()) << where;
      if (example.bad) {
        ASSERT_FALSE(answer.found.empty()) << where;
        EXPECT_EQ(answer.found[0].finding.rule, rule.id) << where;
        EXPECT_GT(answer.found[0].finding.locations.at(0).line, 0U) << where;
      } else {
        for (const auto& found : answer.found)
          ADD_FAILURE() << where << " says: " << found.finding.message;
      }
    }
  }
}

TEST(WorkflowRules, EachHasACheckAndEachCheckARule) {
  std::vector<std::string> pages, checks;
  for (const auto& rule : all_rules()) pages.push_back(rule.id);
  for (const auto& check : all_checks()) checks.emplace_back(check.rule);
  EXPECT_THAT(checks, testing::UnorderedElementsAreArray(pages));
}

TEST(WorkflowRules, AreChosenByFrameworkAndByThePeersNames) {
  auto health = make_workflow_scanner({.selection = {.frameworks = {"health"}}});
  ASSERT_TRUE(health);
  const TreeFile file{.path = ".github/workflows/x.yml"};
  const std::string_view text =
      "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n"
      "      - run: gosec ./... || true\n";
  const auto by_health = (*health)->look_at({.file = file, .text = text, .literals = {}});
  ASSERT_EQ(by_health.found.size(), 1U);
  EXPECT_EQ(by_health.found[0].finding.rule, "CRM-HEALTH-001");
  auto permissions = make_workflow_scanner({.selection = {.only = {"CKV2_GHA_1"}}});
  ASSERT_TRUE(permissions);
  const auto by_alias = (*permissions)->look_at({.file = file, .text = text, .literals = {}});
  ASSERT_EQ(by_alias.found.size(), 1U);
  EXPECT_EQ(by_alias.found[0].finding.rule, "CRM-GHA-003");
  EXPECT_NE((*health)->version(), (*permissions)->version());
}

}  // namespace
}  // namespace crema::scan
