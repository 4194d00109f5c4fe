#include "test_evidence.h"

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
  std::vector<evidence::Evidence> evidence;
  for (const auto& suite : report.suites) evidence.emplace_back(suite);
  if (report.coverage) evidence.emplace_back(*report.coverage);
  return evidence;
}

std::string slug(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain || c == '.')
      out += c;
    else if (!out.empty() && out.back() != '-')
      out += '-';
  }
  while (out.ends_with('-')) out.pop_back();
  return out.empty() ? "unnamed" : out;
}

// Gives every attachment its path in an artifact; the files in their old and new places.
std::vector<store::ArtifactFile> place_attachments(testing::ProjectReport& report,
                                                   const std::string& artifact) {
  std::vector<store::ArtifactFile> files;
  for (auto& suite : report.suites) {
    for (auto& test : suite.cases) {
      for (auto& attachment : test.attachments) {
        const fs::path source = attachment.path;
        const auto path = fmt::format("{}/{}/{}-{}", slug(suite.name), slug(test.name),
                                      files.size() + 1, slug(source.filename().string()));
        files.push_back({source, path});
        attachment.path = artifact + "/" + path;
      }
    }
  }
  return files;
}

}  // namespace

Result<> keep_tests(EvidenceRun& run, std::span<testing::ProjectReport> reports) {
  for (auto& report : reports) {
    const auto name = job_name(report);
    const auto artifact = "attachments of " + slug(name);
    const auto files = place_attachments(report, artifact);
    if (!files.empty()) CREMA_TRY(run.add_artifact(artifact, files));
    const std::span one(&report, 1);
    const auto plain = evidence::Style{};
    const auto log = report.log + failures_text(one, plain) + coverage_text(one, plain);
    CREMA_TRY(run.add_job(name, report.started, !report.failed(), log, evidence_of(report)));
  }
  return run.finish(!any_failed(reports));
}

Result<> leave_tests(const fs::path& folder, const sys::Host& host,
                     std::span<testing::ProjectReport> reports) {
  std::string lines;
  const auto own = "attachments/" + host.random_hex(12);
  CREMA_TRY(sys::make_directories(folder));
  for (auto& report : reports) {
    for (const auto& file : place_attachments(report, own)) {
      const auto target = folder / own / file.path;
      CREMA_TRY(sys::make_directories(target.parent_path()));
      std::error_code error;
      fs::copy_file(file.source, target, fs::copy_options::overwrite_existing, error);
      if (error)
        return fail("test/attachment",
                    "cannot copy " + file.source.string() + ": " + error.message());
    }
    for (auto& one : evidence_of(report))
      lines += evidence::to_json({.origin = {}, .evidence = std::move(one)}) + "\n";
  }
  return sys::write_file(folder / ("test-" + host.random_hex(12) + ".ndjson"), lines);
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
    if (report.coverage) merge_into(whole, *report.coverage);
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
