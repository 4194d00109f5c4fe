// JUnit XML, the format that every CI server reads and that every test tool writes its own way.
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"
#include "crema/evidence/report_root.h"
#include "crema/evidence/test_suite.h"

#include <span>
#include <string>
#include <vector>

namespace crema::evidence {

// As Jenkins, GitLab and GitHub's report actions read it: a <testsuite> for each suite, <failure>
// for what a test said, <error> for all other ends, <skipped>. A suite that failed without a case
// or beside its cases gets one of its name, so that no reader counts it as passed. Characters that
// XML does not know become U+FFFD.
std::string junit_xml(std::span<const TestSuite> suites);

// What Surefire, pytest, jest-junit, vitest, mocha, Playwright, GoogleTest, CTest, gotestsum,
// PHPUnit and junit_xml() write. Suites in suites are flat, their names joined by " > ". A suite
// that counts failures and names none has failed; so has one with an error of its own. A case that
// was run again has its attempts. Fails with "evidence/junit", or with "xml/syntax".
Result<std::vector<TestSuite>> read_junit(const SourcePtr& source, const ReportRoot& root = {});

}  // namespace crema::evidence
