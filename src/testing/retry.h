// Tests that failed, run again: which ones, and what becomes of their suites.
#pragma once

#include "crema/base/result.h"
#include "crema/evidence/test_suite.h"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::testing {

// The top-level tests of a suite that failed by themselves, as a `-run` pattern; "" for none: a
// package that could not be built fails again.
std::string pattern_of_failed(const evidence::TestSuite& suite);

// Names become patterns: what is special in a regular expression is not in a name.
std::string as_pattern(std::string_view name);
// "^(a|b)$"; "" for no name.
std::string pattern_of(std::span<const std::string> names);

// What a second run of `again` says about `suite`: earlier results become attempts.
void take_second_run(evidence::TestSuite& suite, const evidence::TestSuite& again);

// Runs what failed again, `rounds` times at most: `run` gets the suites that have failed cases,
// with those alone in them, and gives what it made of them. What it tells of other cases is passed
// over. Suites whose cases all pass then have passed.
Result<> run_failed_again(std::vector<evidence::TestSuite>& suites, unsigned rounds,
                          const std::function<Result<std::vector<evidence::TestSuite>>(
                              std::span<const evidence::TestSuite> failed)>& run);

}  // namespace crema::testing
