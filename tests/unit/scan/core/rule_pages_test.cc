#include "crema/scan/core/rule_pages.h"

#include "crema/scan/core/rule_selection.h"
#include "crema/sys/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::scan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string page(const std::string& id, const std::string& more = "") {
  return "---\nid: " + id + "\ntitle: A title\nseverity: high\n" + more +
         "---\nWhy.\n\n## Bad\n```yaml\na: 1\n```\n\n## Good\n```yaml\na: 2\n```\n";
}

TEST(RulePages, GivesTheRulesInTheOrderOfTheirPages) {
  const auto one = page("CRM-A-1");
  const auto two = page("CRM-A-2", "aliases: [CKV_K8S_8]\n");
  const RulePage pages[] = {{"rules/a/one.md", one}, {"rules/a/two.md", two}};
  const auto rules = parse_rules(pages);
  ASSERT_TRUE(rules) << rules.error().message;
  ASSERT_EQ(rules->size(), 2);
  EXPECT_EQ((*rules)[0].id, "CRM-A-1");
  EXPECT_TRUE((*rules)[1].is_called("ckv_k8s_8"));
}

TEST(RulePages, AnIdStandsForOneRule) {
  const auto one = page("CRM-A-1");
  const RulePage pages[] = {{"one.md", one}, {"two.md", one}};
  const auto rules = parse_rules(pages);
  ASSERT_FALSE(rules);
  EXPECT_EQ(rules.error().code, "rule/twice");
  EXPECT_EQ(rules.error().message, "CRM-A-1 is a rule of both one.md and two.md");
}

TEST(RulePages, ReadsATeamsFolder) {
  const auto folder =
      sys::TemporaryDirectory::create(std::filesystem::temp_directory_path(), "rules-").value();
  ASSERT_TRUE(sys::write_file(folder.path() / "b.md", page("TEAM-2")));
  ASSERT_TRUE(sys::write_file(folder.path() / "a.md", page("TEAM-1")));
  ASSERT_TRUE(sys::write_file(folder.path() / "README.md", "not a rule"));
  const auto rules = read_rules(folder.path());
  ASSERT_TRUE(rules) << rules.error().message;
  ASSERT_EQ(rules->size(), 2);
  EXPECT_EQ((*rules)[0].id, "TEAM-1");
  const auto none = read_rules(folder.path() / "missing");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, "rule/unreadable");
}

TEST(RuleSelection, SkippedIsStrongerThanAskedFor) {
  const Rule rule{.id = "CRM-K8S-001", .aliases = {"CKV_K8S_16", "KSV-0017"}};
  EXPECT_TRUE(RuleSelection{}.takes(rule));
  EXPECT_TRUE(RuleSelection{.only = {"ksv-0017"}}.takes(rule));
  EXPECT_TRUE(RuleSelection{.only = {"CKV_K8S_*"}}.takes(rule));
  EXPECT_FALSE(RuleSelection{.only = {"CKV_K8S_1"}}.takes(rule));
  EXPECT_FALSE((RuleSelection{.only = {"CRM-K8S-001"}, .skipped = {"CKV_K8S_16"}}.takes(rule)));
}

TEST(RuleSelection, WhatIsOffIsOnWhereItIsNamed) {
  const Rule rule{.id = "CRM-K8S-002", .enabled = false};
  EXPECT_FALSE(RuleSelection{}.takes(rule));
  EXPECT_TRUE(RuleSelection{.only = {"CRM-K8S-002"}}.takes(rule));
}

TEST(RuleSelection, TellsNamesThatNobodyHas) {
  const Rule rule{.id = "CRM-K8S-001", .aliases = {"CKV_K8S_16"}};
  const RuleSelection selection{.only = {"CKV_K8S_16", "CKV_K8S_61"}, .skipped = {"DS-*"}};
  EXPECT_THAT(selection.unknown({&rule}), ElementsAre("CKV_K8S_61", "DS-*"));
  EXPECT_THAT(RuleSelection{}.unknown({&rule}), IsEmpty());
}

}  // namespace
}  // namespace crema::scan
