// Each page of rules/kubernetes is its own test.
#include "crema/scan/core/rule_pages.h"

#include "scan/kubernetes/scanned.h"

#include <set>

namespace crema::scan {

std::span<const RulePage> kubernetes_pages();

namespace {

class KubernetesPage : public testing::TestWithParam<std::size_t> {};

TEST_P(KubernetesPage, FindsItsBadExamplesAndNoGoodOne) {
  const auto page = kubernetes_pages()[GetParam()];
  const auto rule = parse_rules({&page, 1});
  ASSERT_TRUE(rule) << page.name << ": " << rule.error().message;
  const auto& one = rule->front();
  EXPECT_FALSE(one.fix.empty()) << one.id;
  for (const auto& example : one.examples) {
    const auto name = example.name.empty() ? std::string("manifest.yaml") : example.name;
    const auto scan = scanned({{name, example.text}}, only({one.id}));
    EXPECT_EQ(scan.found.empty(), !example.bad)
        << page.name << ":" << example.line << " is " << (example.bad ? "not found" : "found");
    for (const auto& found : scan.found) {
      EXPECT_EQ(found.finding.rule, one.id);
      EXPECT_NE(found.finding.locations.at(0).line, 0U) << one.id;
      EXPECT_EQ(found.finding.message.find("``"), std::string::npos) << found.finding.message;
      EXPECT_NE(found.finding.message, "") << one.id;
    }
    EXPECT_TRUE(scan.not_scanned.empty()) << page.name << ":" << example.line;
  }
}

INSTANTIATE_TEST_SUITE_P(All, KubernetesPage,
                         testing::Range<std::size_t>(0, kubernetes_pages().size()));

TEST(KubernetesPages, AreKnownByTheNamesOfOtherTools) {
  const auto rules = parse_rules(kubernetes_pages()).value();
  std::set<std::string> names;
  for (const auto& rule : rules) names.insert(rule.aliases.begin(), rule.aliases.end());
  for (const auto* name : {"CKV_K8S_16", "KSV-0017", "AVD-KSV-0017", "privileged-container",
                           "CKV2_K8S_6", "non-isolated-pod", "CKV_K8S_151"})
    EXPECT_TRUE(names.contains(name)) << name;
}

}  // namespace
}  // namespace crema::scan
