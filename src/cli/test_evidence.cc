#include "test_evidence.h"

#include "left_evidence.h"
#include "test_parts.h"
#include "test_text.h"

#include "crema/evidence/go_profile.h"
#include "crema/evidence/junit.h"
#include "crema/evidence/record.h"
#include "crema/sys/files.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace crema::cli {
namespace {

namespace fs = std::filesystem;

std::vector<evidence::Evidence> evidence_of(const testing::ProjectReport& report) {
  std::vector<evidence::Evidence> evidence(report.suites.begin(), report.suites.end());
  if (report.coverage) evidence.emplace_back(*report.coverage);
  return evidence;
}

}  // namespace

Result<> keep_tests(EvidenceRun& run, std::span<testing::ProjectReport> reports) {
  for (auto& report : reports) {
    const auto name = job_name(report);
    const auto artifact = "attachments of " + slug(name);
    const auto files = place_attachments(report.suites, artifact);
    if (!files.empty()) CREMA_TRY(run.add_artifact(artifact, files));
    const std::span one(&report, 1);
    const auto plain = evidence::Style{};
    const auto log = report.log + failures_text(one, plain) + coverage_text(one, plain);
    CREMA_TRY(run.add_job({.name = name, .step = "Tests"}, report.started, !report.failed(), log,
                          evidence_of(report)));
  }
  return run.finish(!any_failed(reports));
}

Result<> leave_tests(const fs::path& folder, const sys::Host& host,
                     std::span<testing::ProjectReport> reports) {
  std::vector<evidence::Evidence> left;
  for (auto& report : reports) {
    CREMA_TRY(leave_attachments(folder, host, report.suites));
    for (auto& one : evidence_of(report)) left.push_back(std::move(one));
  }
  return leave_records(folder, host, std::move(left));
}

Result<> write_junit(const fs::path& file, std::span<const testing::ProjectReport> reports) {
  std::vector<evidence::TestSuite> suites;
  for (const auto& report : reports) {
    suites.insert(suites.end(), report.suites.begin(), report.suites.end());
    if (report.error.empty()) continue;
    suites.push_back({.name = job_name(report),
                      .part = report.part,
                      .outcome = evidence::TestOutcome::failed,
                      .kind = evidence::FailureKind::setup,
                      .message = "could not be tested",
                      .output = report.error});
  }
  return sys::write_file(file, evidence::junit_xml(suites));
}

Result<> write_profile(const fs::path& file, std::span<const testing::ProjectReport> reports) {
  evidence::Coverage whole;
  for (const auto& report : reports) {
    // A profile has no way to tell of other languages: `crema cover --lcov` writes all of it.
    if (report.coverage && report.coverage->tool == "go") merge_into(whole, *report.coverage);
  }
  return sys::write_file(file, evidence::go_profile_text(whole));
}

std::string tests_json(std::span<const testing::ProjectReport> reports, std::uint64_t run) {
  nlohmann::ordered_json json = {
      {"run", run}, {"passed", !any_failed(reports)}, {"records", nlohmann::ordered_json::array()}};
  for (const auto& report : reports) {
    for (auto& one : evidence_of(report)) {
      const auto text = evidence::to_json({.origin = {.run = run}, .evidence = std::move(one)});
      json["records"].push_back(nlohmann::ordered_json::parse(text, nullptr, false));
    }
  }
  return json.dump(2) + "\n";
}

}  // namespace crema::cli
