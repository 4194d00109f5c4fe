// What tests left, kept: in a run of its own, or in the run whose step crema is.
#pragma once

#include "evidence_run.h"

#include "crema/testing/test_run.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace crema::cli {

// A job for each report, its attachments as artifacts; then the run has ended.
Result<> keep_tests(EvidenceRun& run, std::span<testing::ProjectReport> reports);

// Records and attachments in `folder` ($CREMA_EVIDENCE), for the run the step belongs to.
Result<> leave_tests(const std::filesystem::path& folder, const sys::Host& host,
                     std::span<testing::ProjectReport> reports);

Result<> write_junit(const std::filesystem::path& file,
                     std::span<const testing::ProjectReport> reports);
Result<> write_profile(const std::filesystem::path& file,
                       std::span<const testing::ProjectReport> reports);
// One document: {"run": 3, "passed": true, "records": [...]}.
std::string tests_json(std::span<const testing::ProjectReport> reports, std::uint64_t run);

}  // namespace crema::cli
