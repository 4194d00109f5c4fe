// What a reader of test results tells while the tests run.
#pragma once

#include "crema/evidence/test_suite.h"

#include <functional>
#include <string_view>

namespace crema::evidence {

// Any of them may be empty.
struct SuiteListener {
  // A case begins: a suite's name and its own.
  std::function<void(std::string_view suite, std::string_view name)> on_run;
  // A case has ended, for this attempt.
  std::function<void(const TestSuite& suite, const TestCase& test)> on_case;
  // A suite has ended; it is the caller's from now on.
  std::function<void(TestSuite&& suite)> on_suite;
};

}  // namespace crema::evidence
