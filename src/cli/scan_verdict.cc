#include "scan_verdict.h"

#include "gate_facts.h"

#include <algorithm>
#include <utility>

namespace crema::cli {
namespace {

// The conditions on findings alone. That something was not scanned is the exit code's to say.
gate::Policy findings_only(gate::Policy policy) {
  policy.coverage_total = policy.coverage_service = policy.coverage_new = std::nullopt;
  policy.coverage_of_service.clear();
  policy.tests_failed = policy.tests_flaky = policy.tests_skipped = std::nullopt;
  policy.load_p95 = std::nullopt;
  policy.load_requests_per_second = policy.load_errors = policy.load_baseline = std::nullopt;
  policy.health = false;
  policy.image_age = std::nullopt;
  policy.budgets.clear();
  policy.required.clear();
  return policy;
}

gate::Policy from_severity(gate::Policy policy, const std::string& least) {
  policy.findings.clear();
  policy.finding_conditions.clear();
  const auto from = evidence::finding_severity(least);
  if (!from) return policy;  // "none"
  for (int severity = static_cast<int>(*from);
       severity <= static_cast<int>(evidence::FindingSeverity::critical); ++severity)
    policy.findings[static_cast<evidence::FindingSeverity>(severity)] = 0;
  return policy;
}

}  // namespace

Result<gate::Verdict> verdict_of(const sys::Host& host, const Project& project,
                                 const ScanOptions& options, std::span<evidence::Scan> scans) {
  auto policy = findings_only(CREMA_TRY(policy_of(host, project.root, options.policy)));
  if (!options.fail_on.empty()) policy = from_severity(std::move(policy), options.fail_on);
  std::vector<evidence::Record> records;
  std::vector<bool> complete;
  for (auto& scan : scans) {
    complete.push_back(std::exchange(scan.complete, true));
    records.push_back({.origin = {}, .evidence = std::move(scan)});
  }
  gate::Context context;
  context.now = host.clock->wall();
  context.today = std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(context.now));
  auto verdict = gate::evaluate(policy, records, context);
  for (std::size_t i = 0; i < scans.size(); ++i) {
    scans[i] = std::move(std::get<evidence::Scan>(records[i].evidence));
    scans[i].complete = complete[i];
  }
  return verdict;
}

int exit_code_of(const scan::ScanOutcome& outcome, const gate::Verdict& verdict,
                 const ScanOptions& options) {
  if (outcome.interrupted) return static_cast<int>(ExitCode::interrupted);
  if (!outcome.not_scanned.empty() && !options.allow_not_scanned)
    return static_cast<int>(ExitCode::internal);
  if (verdict.passed() || options.no_fail) return 0;
  return options.exit_code.value_or(static_cast<int>(ExitCode::failed));
}

}  // namespace crema::cli
