// Tests that failed, run again: which ones, and what becomes of their suites.
#pragma once

#include "crema/evidence/test_suite.h"

#include <string>
#include <vector>

namespace crema::testing {

// The top-level tests of a suite that failed by themselves, as a `-run` pattern; "" for none: a
// package that could not be built fails again.
std::string pattern_of_failed(const evidence::TestSuite& suite);

// What a second run of `again` says about `suite`: earlier results become attempts.
void take_second_run(evidence::TestSuite& suite, const evidence::TestSuite& again);

}  // namespace crema::testing
