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
  std::string file;  // where it failed, as far as its tool says so in its message
  std::uint32_t line = 0;
};
// The element with a message that says what is wrong, also where the tool says it in the text only.
JunitProblem junit_problem(std::string_view framework, const formats::XmlElement& element);

FailureKind junit_failure_kind(std::string_view framework, const JunitProblem& problem);

// What gotestsum keeps of a test's output, without the lines that go test itself wrote.
std::string without_go_framing(std::string_view output);

// A test that says nothing of its own failed because a subtest did.
void settle_go_parents(TestSuite& suite);

// Seconds: "1.5", "1,234.567", "0,003", "1e-05". What is no number of seconds is 0.
std::chrono::nanoseconds junit_duration(std::string_view text);

}  // namespace crema::evidence
