#include "crema/scan/secrets/secret_pages.h"

#include "secret_example.h"

#include "crema/scan/core/literal_set.h"
#include "crema/scan/secrets/secret_match.h"
#include "crema/scan/secrets/secret_scanner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <algorithm>
#include <set>

namespace crema::scan {
namespace {

// The findings of a scanner in one text, as scan_tree would have it look.
std::vector<Found> look(const Scanner& scanner, const std::string& path, const std::string& text) {
  const auto set = LiteralSet::create(scanner.literals()).value();
  auto search = set.make_search().value();
  std::vector<std::uint32_t> which;
  set.find_which(text, search, which);
  const TreeFile file{.path = path, .size = text.size()};
  return scanner.look_at({.file = file, .text = text, .literals = which}).found;
}

TEST(SecretPages, AreTrueToTheirExamples) {
  const auto scan = make_secret_scanner({.key = "test"});
  ASSERT_TRUE(scan.has_value()) << scan.error().message;
  SecretExamples examples;
  for (const auto& rule : scan->scanner->rules()) {
    for (const auto& example : rule.examples) {
      const auto text = examples.complete(example.text);
      const auto found =
          look(*scan->scanner, example.name.empty() ? "notes.txt" : example.name, text);
      const bool is_found =
          std::ranges::any_of(found, [&](const Found& one) { return one.finding.rule == rule.id; });
      EXPECT_EQ(is_found, example.bad) << rule.id << ":" << example.line << "\n" << text;
    }
  }
}

// Only the surroundings of keywords are looked at: that must not change what is found.
TEST(SecretPages, FindTheSameEverywhereInAText) {
  const auto pages = parse_rules(secret_rule_pages()).value();
  auto rules = secret_rules_of(pages, {}, false).value();
  const SecretScanner quick({.rules = std::make_shared<SecretRules>(rules)});
  for (auto& rule : rules.rules) rule.behind_keyword = 0;
  const SecretScanner slow({.rules = std::make_shared<SecretRules>(rules)});
  SecretExamples examples;
  std::string text;
  for (const auto& page : pages)
    for (const auto& example : page.examples)
      text += examples.complete(example.text) + std::string(200, ' ') + "filler\n";
  const auto one = look(quick, "all.yaml", text);
  const auto other = look(slow, "all.yaml", text);
  EXPECT_GT(one.size(), pages.size());
  ASSERT_EQ(one.size(), other.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(one[i].finding.message, other[i].finding.message);
    EXPECT_EQ(one[i].finding.locations[0].line, other[i].finding.locations[0].line);
    EXPECT_EQ(one[i].finding.locations[0].column, other[i].finding.locations[0].column);
  }
}

TEST(SecretPages, HaveExpressionsThatCompile) {
  const auto pages = parse_rules(secret_rule_pages());
  ASSERT_TRUE(pages.has_value()) << pages.error().message;
  const auto rules = secret_rules_of(*pages, {}, true);
  ASSERT_TRUE(rules.has_value()) << rules.error().message;
  for (const auto& list : rules->allowlists) {
    for (const auto& one : list.paths) EXPECT_TRUE(one->ok()) << one->pattern();
    for (const auto& one : list.expressions) EXPECT_TRUE(one->ok()) << one->pattern();
  }
  for (const auto& rule : rules->rules)
    EXPECT_TRUE(!rule.keywords.empty() || !rule.expression) << rule.id << " looks at every file";
}

TEST(SecretPages, AreChosenByGitleaksNames) {
  const auto pages = parse_rules(secret_rule_pages());
  ASSERT_TRUE(pages.has_value());
  const auto only = secret_rules_of(*pages, {.only = {"github-pat"}}, false);
  ASSERT_TRUE(only.has_value());
  std::set<std::string> ids;
  for (const auto& rule : only->rules) ids.insert(rule.description);
  EXPECT_THAT(ids, testing::ElementsAre("GitHub token"));
}

TEST(SecretPages, SayWhatIsWrongWithThem) {
  const auto page = [](std::string match) {
    return parse_rule(std::make_shared<SourceFile>(
        "own.md", "---\nid: OWN-1\ntitle: Ours\nmatches:\n  - " + match +
                      "\n---\nWhy.\n\n## Bad\n```\na\n```\n\n## Good\n```\nb\n```\n"));
  };
  struct Case {
    std::string match, code;
  };
  for (const auto& [match, code] :
       {Case{"entropy: 3", "rule/metadata"}, Case{"near: acme", "rule/metadata"},
        Case{"{token: a, entropy: much}", "rule/metadata"},
        Case{"token: '('", "secrets/expression"}}) {
    const auto rule = page(match);
    ASSERT_TRUE(rule.has_value()) << rule.error().message;
    const auto rules = secret_rules_of({&*rule, 1}, {}, true);
    ASSERT_FALSE(rules.has_value()) << match;
    EXPECT_EQ(rules.error().code, code) << match;
  }
}

}  // namespace
}  // namespace crema::scan
