// JUnit XML, the format that every CI server reads.
#pragma once

#include "crema/evidence/test_suite.h"

#include <span>
#include <string>

namespace crema::evidence {

// As Jenkins, GitLab and GitHub's report actions read it: a <testsuite> for each suite, <failure>
// for what a test said, <error> for all other ends, <skipped>. A suite that failed without a case
// gets one of its name, so that no reader counts it as passed. Characters that XML does not know
// become U+FFFD.
std::string junit_xml(std::span<const TestSuite> suites);

}  // namespace crema::evidence
