// What is said at the end of a test run: failures with their output, the slowest tests, coverage,
// totals.
#pragma once

#include "test_past.h"

#include "crema/evidence/style.h"
#include "crema/testing/test_run.h"

#include <chrono>
#include <span>
#include <string>

namespace crema::cli {

std::string failures_text(std::span<const testing::ProjectReport> projects,
                          const evidence::Style& style, const TestPast& past = {});
std::string slowest_text(std::span<const testing::ProjectReport> projects, std::size_t most,
                         const evidence::Style& style);
std::string coverage_text(std::span<const testing::ProjectReport> projects,
                          const evidence::Style& style);
std::string totals_text(std::span<const testing::ProjectReport> projects,
                        std::chrono::nanoseconds took, const evidence::Style& style);

// Workflow commands that mark failed tests at their files and lines, for a step's log.
std::string annotations_text(std::span<const testing::ProjectReport> projects);

bool any_failed(std::span<const testing::ProjectReport> projects);
// "81.25": cut, not rounded up, so that 100 means all of it.
std::string percent_text(const evidence::CoverageTotal& total);

}  // namespace crema::cli
