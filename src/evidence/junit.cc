#include "crema/evidence/junit.h"

#include "crema/evidence/timestamp.h"
#include "crema/formats/xml.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::evidence {
namespace {

std::string attribute(std::string_view name, std::string_view value) {
  return formats::xml_attribute(name, value);
}

std::string seconds(std::chrono::nanoseconds duration) {
  return fmt::format("{:.3f}", static_cast<double>(duration.count()) / 1e9);
}

std::string_view element_of(FailureKind kind) {
  return kind == FailureKind::none || kind == FailureKind::assertion ? "failure" : "error";
}

std::string problem(FailureKind kind, std::string_view message, std::string_view output) {
  const auto element = element_of(kind);
  return fmt::format(
      "      <{}{}{}>{}</{}>\n", element, attribute("message", message),
      attribute("type", to_text(kind == FailureKind::none ? FailureKind::assertion : kind)),
      formats::xml_text(output), element);
}

void add_case(std::string& out, const TestSuite& suite, const TestCase& test) {
  out += "    <testcase" + attribute("name", test.name) +
         attribute("classname", test.group.empty() ? suite.name : test.group) +
         attribute("time", seconds(test.duration));
  if (!test.file.empty()) out += attribute("file", test.file);
  if (test.line != 0) out += attribute("line", std::to_string(test.line));
  if (test.outcome == TestOutcome::passed) {
    out += "/>\n";
    return;
  }
  out += ">\n";
  if (test.outcome == TestOutcome::skipped)
    out += "      <skipped" + attribute("message", test.message) + "/>\n";
  else
    out += problem(test.kind, test.message, test.output);
  out += "    </testcase>\n";
}

struct Counts {
  std::size_t tests = 0, failures = 0, errors = 0, skipped = 0;
};

// Beside its cases, or without a failed one.
bool failed_by_itself(const TestSuite& suite) {
  return suite.outcome == TestOutcome::failed &&
         (suite.kind != FailureKind::none ||
          std::ranges::none_of(suite.cases, [](const TestCase& test) {
            return test.outcome == TestOutcome::failed;
          }));
}

Counts counts_of(const TestSuite& suite) {
  Counts counts;
  for (const auto& test : suite.cases) {
    ++counts.tests;
    if (test.outcome == TestOutcome::skipped) ++counts.skipped;
    if (test.outcome != TestOutcome::failed) continue;
    ++(element_of(test.kind) == "failure" ? counts.failures : counts.errors);
  }
  if (failed_by_itself(suite)) {
    ++counts.tests;
    ++counts.errors;
  }
  return counts;
}

std::string count_attributes(const Counts& counts) {
  return fmt::format(" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"", counts.tests,
                     counts.failures, counts.errors, counts.skipped);
}

}  // namespace

std::string junit_xml(std::span<const TestSuite> suites) {
  Counts all;
  std::chrono::nanoseconds took{0};
  std::string body;
  for (const auto& suite : suites) {
    const auto counts = counts_of(suite);
    if (counts.tests == 0) continue;
    all.tests += counts.tests;
    all.failures += counts.failures;
    all.errors += counts.errors;
    all.skipped += counts.skipped;
    took += suite.duration;
    body += "  <testsuite" + attribute("name", suite.name) + count_attributes(counts) +
            attribute("time", seconds(suite.duration));
    if (suite.started != Time{}) body += attribute("timestamp", timestamp_text(suite.started));
    body += ">\n";
    for (const auto& test : suite.cases) add_case(body, suite, test);
    if (failed_by_itself(suite)) {
      body += "    <testcase" + attribute("name", suite.name) + attribute("classname", suite.name) +
              attribute("time", "0.000") + ">\n" +
              problem(suite.kind == FailureKind::none ? FailureKind::setup : suite.kind,
                      suite.message, suite.output) +
              "    </testcase>\n";
    }
    body += "  </testsuite>\n";
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + count_attributes(all) +
         attribute("time", seconds(took)) + ">\n" + body + "</testsuites>\n";
}

}  // namespace crema::evidence
