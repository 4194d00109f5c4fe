// Where the writers of JUnit XML differ: how to tell them apart, how they say that a test was too
// late, how they write numbers.
#pragma once

#include "crema/evidence/test_suite.h"
#include "crema/formats/xml.h"

#include <chrono>
#include <string>
#include <string_view>

namespace crema::evidence {

// What a report tells of itself: "surefire", "pytest", "jest", "vitest", "mocha", "playwright",
// "gtest", "ctest", "go" (gotestsum), "phpunit"; else "junit".
std::string_view junit_framework(const formats::XmlElement& root);

// A <failure>, an <error> or one of Surefire's <rerunFailure> and <flakyError>.
struct JunitProblem {
  bool error = false;
  std::string message, type, text;
};
FailureKind junit_failure_kind(std::string_view framework, const JunitProblem& problem);

// Seconds: "1.5", "1,234.567", "0,003", "1e-05". What is no number of seconds is 0.
std::chrono::nanoseconds junit_duration(std::string_view text);

}  // namespace crema::evidence
