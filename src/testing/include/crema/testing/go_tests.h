// Runs the tests of one Go module with go's own tool, and reads what it says while it says it.
#pragma once

#include "crema/base/result.h"
#include "crema/evidence/coverage.h"
#include "crema/evidence/go_test.h"
#include "crema/sys/host.h"
#include "crema/sys/process.h"
#include "crema/testing/go_module.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace crema::testing {

struct GoTestOptions {
  bool race = true;      // needs cgo; left out, and said, where there is no C compiler
  bool cover = true;     // each package by its own tests; those without tests count too
  std::string coverpkg;  // `-coverpkg`: by all tests, e.g. "./..."; links them into each test
  bool shuffle = true;   // a cached result is never taken then
  bool short_mode = false;
  unsigned retries = 0;               // how often what failed runs again
  std::chrono::seconds timeout{600};  // of each package, by go itself
  unsigned processes = 0;             // `-p`; 0: go decides
  std::string run;                    // `-run`; "" for all
  std::string skip;                   // `-skip`
  std::string tags;
  std::vector<std::string> packages;   // "./..." and the like
  std::vector<std::string> without;    // folders of the module whose packages are left out
  std::vector<std::string> arguments;  // more flags of go test, as they are
};

struct GoTestServices {
  const sys::Host& host;
  sys::ProcessTree& processes;
  std::filesystem::path scratch;  // a folder of its own
  std::stop_token stop;
  evidence::GoTestListener listener;  // on_suite is not called: the result has the suites
};

struct GoTestResult {
  std::vector<evidence::TestSuite> suites;  // by name; files are relative to the repository
  std::optional<evidence::Coverage> coverage;
  std::vector<std::string> remarks;  // what was not done as asked, and why
  std::string error;                 // what go said beside its events, when it failed without any
};

// Fails only when go cannot be started or was stopped; failed tests are in the result.
Result<GoTestResult> run_go_tests(const std::filesystem::path& root, const GoModule& module,
                                  const GoTestOptions& options, const GoTestServices& services);

}  // namespace crema::testing
