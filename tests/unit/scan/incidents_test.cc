#include "crema/scan/incidents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::scan {
namespace {

using evidence::FindingState;
using testing::ElementsAre;

Found found(std::string rule, std::vector<std::string> aliases, std::string subject = "",
            std::string path = "a", std::uint32_t line = 1) {
  return {.finding = {.rule = std::move(rule),
                      .aliases = std::move(aliases),
                      .subject = std::move(subject),
                      .locations = {{.path = std::move(path), .line = line}}}};
}

std::vector<std::string> incidents_of(std::vector<Found> all) {
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i].finding.fingerprint = std::string(1, static_cast<char>('a' + i));
  set_incidents(all);
  std::vector<std::string> names;
  for (const auto& one : all) names.push_back(one.finding.incident);
  return names;
}

TEST(Incidents, AnAdvisoryIsOneThingByAnyOfItsNames) {
  EXPECT_THAT(incidents_of({found("GO-2024-1", {"CVE-2024-9", "GHSA-a"}, "x@v1", "a/go.mod"),
                            found("GO-2024-2", {"CVE-2024-8"}, "x@v1", "a/go.mod"),
                            found("GHSA-a", {}, "x@v2", "b/go.mod"),
                            found("trivy", {"CVE-2024-9"}, "y", "c")}),
              ElementsAre("advisory/CVE-2024-9", "", "advisory/CVE-2024-9", "advisory/CVE-2024-9"));
}

TEST(Incidents, ASecretIsOneThingWhereverItIs) {
  auto one = found("CRM-SEC-1", {"CWE-798"}, "", "a");
  auto other = found("CRM-SEC-1", {"CWE-798"}, "", "b");
  auto third = found("CRM-SEC-1", {"CWE-798"}, "", "c");
  one.finding.incident = other.finding.incident = "secret:1";
  third.finding.incident = "secret:2";
  EXPECT_THAT(incidents_of({one, other, third}), ElementsAre("secret:1", "secret:1", ""));
}

TEST(Incidents, ASecretInAManifestIsWhatTheRuleForManifestsSaysToo) {
  auto secret = found("CRM-SEC-1", {"CWE-798"}, "", "a.yaml", 7);
  secret.finding.family = "secrets";
  auto rule = found("CRM-K8S-013", {"CKV_K8S_35", "CWE-312"}, "Secret.default.a", "a.yaml", 5);
  rule.finding.locations[0].end_line = 9;
  auto below = rule;
  below.finding.locations[0] = {.path = "a.yaml", .line = 8};
  const auto names = incidents_of({secret, rule, below});
  EXPECT_EQ(names[0], names[1]);
  EXPECT_NE(names[0], "");
}

TEST(Incidents, TwoScannersNameOneMistakeOfOneResource) {
  const auto names = incidents_of({found("CRM-K8S-001", {"CKV_K8S_16"}, "Pod.a", "p.yaml", 3),
                                   found("CKV_K8S_16", {"CWE-250"}, "Pod.a", "p.yaml", 3),
                                   found("CKV_K8S_16", {"CWE-250"}, "Pod.a", "p.yaml", 9)});
  EXPECT_EQ(names[0], "finding/a");
  EXPECT_EQ(names[1], "finding/a");
  EXPECT_EQ(names[2], "");
}

TEST(Incidents, AreCountedOnce) {
  std::vector all = {found("GO-1", {}, "x"), found("GO-1", {}, "x", "b"), found("R", {}),
                     found("S", {})};
  all[3].finding.state = FindingState::suppressed;
  set_incidents(all);
  EXPECT_EQ(count_incidents(all), 2U);
  EXPECT_EQ(count_incidents({}), 0U);
}

}  // namespace
}  // namespace crema::scan
