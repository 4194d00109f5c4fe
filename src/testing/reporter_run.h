// One run of a framework that has crema's reporter in it, and what becomes of what it said.
#pragma once

#include "framework.h"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace crema::testing {

struct ReportedProject {
  std::string name;            // the framework's: "Playwright"; its suites have it in lower case
  std::filesystem::path root;  // the repository
  std::string project;         // the folder, relative to the root
  std::chrono::seconds timeout{600};  // of the whole run
  int nothing_to_run = 0;             // the exit code that says so, where there is one
};

struct ReportedRun {
  std::vector<evidence::TestSuite> suites;
  std::vector<std::string> remarks;
  std::string error;  // why there is less than was asked for, where no suite says so
};

// Runs a command to its end, or to the timeout. Fails with "testing/stopped", or when it cannot be
// started.
Result<ReportedRun> run_reported(const sys::Command& command, const ReportedProject& project,
                                 const TaskServices& services);

void take_into(ProjectReport& report, ReportedRun run);

}  // namespace crema::testing
