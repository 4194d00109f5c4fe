// What a team demands before it goes on: `gate:` of crema.yml. docs/gate.md describes the keys.
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"
#include "crema/evidence/finding.h"
#include "crema/gate/stage_times.h"

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::gate {

// Something that is let pass until a day, by somebody, for a reason.
struct Waiver {
  std::string condition;  // as the table names it: "coverage of services/orders", or one of its
                          // details: a rule, a fingerprint, a test
  std::string reason, owner;
  std::chrono::year_month_day until{};
  Span span;
};

// At most so many findings of which all that is said here holds.
struct FindingCondition {
  std::string name;  // as the table shows it
  std::uint64_t most = 0;
  std::optional<evidence::FindingSeverity> severity;  // at least
  std::optional<evidence::Reach> reach;               // at least: what is unknown is less
  std::optional<bool> fix;                            // whether a fixed version is known
  std::optional<bool> exploited;                      // by CISA's list
  std::optional<std::chrono::days> older_than;        // since it was published
  std::string family, rule;                           // "" for any
  std::optional<bool> all;                            // not only new ones; else as `of` says
};

struct Policy {
  // Percent. What is not set is not demanded.
  std::optional<double> coverage_total = 80, coverage_service = 80, coverage_new = 80;
  std::map<std::string, double> coverage_of_service;  // by folder or name
  std::optional<double> least_coverage_of(std::string_view service) const;
  // At most so many.
  std::optional<std::uint64_t> tests_failed = 0, tests_flaky, tests_skipped;
  std::map<evidence::FindingSeverity, std::uint64_t> findings = {
      {evidence::FindingSeverity::critical, 0}, {evidence::FindingSeverity::high, 4}};
  bool all_findings = false;  // not only new ones
  // What is used by attackers, and new secrets, are let pass by no one by default.
  std::vector<FindingCondition> finding_conditions = {
      {.name = "exploited vulnerabilities", .exploited = true, .all = true},
      {.name = "new secrets",
       .severity = evidence::FindingSeverity::medium,
       .family = "secrets",
       .all = false}};
  std::optional<std::chrono::nanoseconds> load_p95 = std::chrono::milliseconds(200);
  std::optional<double> load_requests_per_second = 1000;
  std::optional<double> load_errors = 1;  // percent
  bool load_valid = true;                 // a run that measured its own generator closes the gate
  // By how many percent p95 may be above, and throughput below, those of the newest good run of the
  // default branch with the same script.
  std::optional<double> load_baseline;
  bool health = true;
  std::optional<std::chrono::hours> image_age;
  std::map<std::string, std::chrono::seconds> budgets = {{"build", std::chrono::minutes(10)},
                                                         {"tests", std::chrono::minutes(15)},
                                                         {"scan", std::chrono::minutes(5)},
                                                         {"deploy", std::chrono::minutes(5)},
                                                         {"total", std::chrono::minutes(30)}};
  std::vector<Stage> stages = usual_stages();
  // Kinds of evidence without which the gate fails: what the file names, and tests.
  std::vector<std::string> required = {"tests"};
  std::vector<Waiver> waivers;
};

// The policy of a crema.yml, the platform's where it says nothing. Errors have code "gate/policy"
// and a place.
Result<Policy> parse_policy(const SourcePtr& source);

}  // namespace crema::gate
