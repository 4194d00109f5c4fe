// Runs the tests of one Go module with go's own tool, and reads what it says while it says it.
#pragma once

#include "crema/base/result.h"
#include "crema/evidence/coverage.h"
#include "crema/evidence/suite_listener.h"
#include "crema/sys/host.h"
#include "crema/sys/process.h"
#include "crema/testing/go_module.h"
#include "crema/testing/test_options.h"

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace crema::testing {

// Which tests of a module run, and how.
struct GoTestPlan {
  // Coverage is of each package by its own tests, those without tests too; `run` is `-run`.
  TestOptions options;
  unsigned processes = 0;              // `-p`; 0: go decides
  std::string skip;                    // `-skip`
  std::vector<std::string> packages;   // "./..." and the like
  std::vector<std::string> without;    // folders of the module whose packages are left out
  std::vector<std::string> arguments;  // more flags of go test, as they are
};

struct GoTestServices {
  const sys::Host& host;
  sys::ProcessTree& processes;
  std::filesystem::path scratch;  // a folder of its own
  std::stop_token stop;
  evidence::SuiteListener listener;  // on_suite is not called: the result has the suites
};

struct GoTestResult {
  std::vector<evidence::TestSuite> suites;  // by name; files are relative to the repository
  std::optional<evidence::Coverage> coverage;
  std::vector<std::string> remarks;  // what was not done as asked, and why
  std::string error;                 // what go said beside its events, when it failed without any
};

// Fails only when go cannot be started or was stopped; failed tests are in the result.
Result<GoTestResult> run_go_tests(const std::filesystem::path& root, const GoModule& module,
                                  const GoTestPlan& plan, const GoTestServices& services);

}  // namespace crema::testing
