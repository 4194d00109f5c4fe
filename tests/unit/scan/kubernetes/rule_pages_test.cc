// Each page of rules/kubernetes is its own test.
#include "crema/scan/core/rule_pages.h"

#include "scan/kubernetes/scanned.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

namespace crema::scan {

std::span<const RulePage> kubernetes_pages();

namespace {

// One file, without a tree on the disk: there are hundreds of examples.
TreeAnswer judged(const Scanner& scanner, const std::string& path, const std::string& text) {
  constexpr std::uint32_t kAllLiterals[] = {0, 1, 2};
  const TreeFile file{.path = path, .size = text.size()};
  const auto answer = scanner.look_at({.file = file, .text = text, .literals = kAllLiterals});
  const FileNotes notes{path, answer.notes};
  return scanner.conclude({&notes, 1});
}

TEST(KubernetesPages, FindTheirBadExamplesAndNoGoodOne) {
  const auto rules = parse_rules(kubernetes_pages());
  ASSERT_TRUE(rules) << rules.error().message;
  const auto scanner = make_kubernetes_scanner(only({"*"}));
  ASSERT_TRUE(scanner) << scanner.error().message;
  for (const auto& rule : *rules) {
    EXPECT_FALSE(rule.fix.empty()) << rule.id;
    for (const auto& example : rule.examples) {
      const auto name = example.name.empty() ? std::string("manifest.yaml") : example.name;
      const auto scan = judged(**scanner, name, example.text);
      std::vector<Found> own;
      std::ranges::copy_if(scan.found, std::back_inserter(own),
                           [&](const auto& found) { return found.finding.rule == rule.id; });
      EXPECT_EQ(own.empty(), !example.bad) << rule.page->path() << ":" << example.line << " is "
                                           << (example.bad ? "not found" : "found");
      for (const auto& found : own) {
        EXPECT_NE(found.finding.locations.at(0).line, 0U) << rule.id;
        EXPECT_EQ(found.finding.message.find("``"), std::string::npos) << found.finding.message;
        EXPECT_EQ(found.finding.message.find("  "), std::string::npos) << found.finding.message;
        EXPECT_NE(found.finding.message, "") << rule.id;
      }
      EXPECT_TRUE(scan.not_scanned.empty()) << rule.page->path() << ":" << example.line;
    }
  }
}

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
