#include "junit_dialect.h"

#include "go_failure.h"

#include "crema/base/strings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>

namespace crema::evidence {
namespace {

using formats::XmlElement;

XmlElement first_suite(const XmlElement& root) {
  return root.name() == "testsuite" ? root : root.child("testsuite");
}

XmlElement first_case(const XmlElement& root) {
  auto at = root;
  while (const auto inner = at.child("testsuite")) at = inner;
  return at.child("testcase");
}

bool has_property(const XmlElement& suite, std::string_view name) {
  for (const auto& property : suite.child("properties").children("property")) {
    if (property.attribute("name") == name) return true;
  }
  return false;
}

struct Dialect {
  std::string_view framework;
  bool (*spoken)(const XmlElement& root);
};

constexpr std::array kDialects = std::to_array<Dialect>({
    {"pytest",
     [](const XmlElement& it) {
       const auto suite = first_suite(it);
       // junit_xml() may write a suite of this name; it writes no host.
       return suite.attribute("name") == "pytest" &&
              (it.name() == "testsuite" || suite.has("hostname"));
     }},
    {"jest", [](const XmlElement& it) { return it.attribute("name") == "jest tests"; }},
    {"vitest", [](const XmlElement& it) { return it.attribute("name") == "vitest tests"; }},
    {"mocha", [](const XmlElement& it) { return it.attribute("name") == "Mocha Tests"; }},
    {"gtest", [](const XmlElement& it) { return it.attribute("name") == "AllTests"; }},
    {"go", [](const XmlElement& it) { return has_property(first_suite(it), "go.version"); }},
    {"surefire",
     [](const XmlElement& it) {
       return first_suite(it).attribute("xsi:noNamespaceSchemaLocation").find("surefire") !=
                  std::string_view::npos ||
              has_property(first_suite(it), "surefire.real.class.path");
     }},
    {"playwright",
     [](const XmlElement& it) {
       return it.name() == "testsuites" && it.has("id") && first_suite(it).has("hostname");
     }},
    {"ctest",
     [](const XmlElement& it) {
       return it.name() == "testsuite" && it.has("disabled") && it.has("hostname") &&
              (!first_case(it) || first_case(it).has("status"));
     }},
    {"phpunit",
     [](const XmlElement& it) {
       return first_case(it).has("assertions") || first_suite(it).has("assertions");
     }},
});

struct Phrase {
  std::string_view framework;  // "" for all
  std::string_view words;      // somewhere in the message
  FailureKind kind;
};

constexpr std::array kPhrases = std::to_array<Phrase>({
    {"pytest", "Timeout >", FailureKind::timeout},
    {"pytest", "Timeout (>", FailureKind::timeout},
    {"pytest", "failed on setup", FailureKind::setup},
    {"pytest", "failed on teardown", FailureKind::setup},
    {"pytest", "collection failure", FailureKind::build},
    {"jest", "Exceeded timeout of ", FailureKind::timeout},
    {"jest", "Test suite failed to run", FailureKind::build},
    {"vitest", "Test timed out in ", FailureKind::timeout},
    {"vitest", "Hook timed out in ", FailureKind::setup},
    {"mocha", "Timeout of ", FailureKind::timeout},
    {"playwright", "Test timeout of ", FailureKind::timeout},
    {"playwright", "hook timeout of ", FailureKind::setup},
    {"ctest", "Timeout", FailureKind::timeout},
    {"ctest", "SEGFAULT", FailureKind::crash},
    {"ctest", "ILLEGAL", FailureKind::crash},
    {"ctest", "INTERRUPT", FailureKind::crash},
    {"ctest", "NUMERICAL", FailureKind::crash},
    {"ctest", "Subprocess aborted", FailureKind::crash},
    {"ctest", "Subprocess killed", FailureKind::crash},
    {"ctest", "Exception", FailureKind::crash},
    {"gtest", "C++ exception", FailureKind::panic},
    {"surefire", "The forked VM terminated", FailureKind::crash},
    {"surefire", "Crashed tests", FailureKind::crash},
    {"surefire", "test timed out after", FailureKind::timeout},
});

// What JavaScript throws when the code is wrong, and no assertion spoke.
constexpr std::array<std::string_view, 4> kThrown = {"TypeError", "ReferenceError", "RangeError",
                                                     "SyntaxError"};

// crema's own words: junit_xml() writes the kind as the type.
FailureKind kind_called(std::string_view type) {
  for (int i = 1; i <= static_cast<int>(FailureKind::crash); ++i) {
    if (to_text(static_cast<FailureKind>(i)) == type) return static_cast<FailureKind>(i);
  }
  return FailureKind::none;
}

// Without separators of thousands, and with a point before the fraction. "1,234" is 1234 where
// there is nothing else to go by, as Jenkins reads it; "0,003" and "1,5" can only be fractions.
std::string plain_number(std::string_view text) {
  std::string number(trim(text));
  const auto comma = number.rfind(',');
  if (comma == std::string::npos) return number;
  const auto point = number.rfind('.');
  const bool fraction_after_comma =
      point != std::string::npos
          ? comma > point
          : std::ranges::count(number, ',') == 1 &&
                (number.size() - comma != 4 || comma > 3 || number.front() == '0');
  std::string plain;
  for (std::size_t i = 0; i < number.size(); ++i) {
    const bool separator = number[i] == ',' || number[i] == '.';
    if (!separator)
      plain += number[i];
    else if (i == (fraction_after_comma ? comma : point))
      plain += '.';
  }
  return plain;
}

std::string_view first_line(std::string_view text, int skipped = 0) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = trim(text.substr(0, end));
    if (!line.empty() && skipped-- == 0) return line;
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
  }
  return {};
}

// Its message is the place and the title ("menu.spec.js:5:3 is dear"); what is wrong stands in the
// text, after a line that says both again.
void read_playwright(JunitProblem& problem) {
  const auto place = std::string_view(problem.message);
  const auto colon = place.find(':');
  if (colon != std::string_view::npos) {
    const auto line = place.substr(colon + 1);
    std::from_chars(line.data(), line.data() + line.size(), problem.line);
    if (problem.line != 0) problem.file = place.substr(0, colon);
  }
  if (const auto line = first_line(problem.text, 1); !line.empty()) problem.message = line;
}

// "menu_test.cc:5", then what is wrong.
void read_gtest(JunitProblem& problem) {
  const auto end = problem.message.find('\n');
  const auto place = std::string_view(problem.message).substr(0, end);
  const auto colon = place.rfind(':');
  if (end == std::string::npos) return;
  if (colon != std::string_view::npos) {
    const auto line = place.substr(colon + 1);
    std::from_chars(line.data(), line.data() + line.size(), problem.line);
  }
  if (problem.line != 0) problem.file = place.substr(0, colon);
  if (problem.line != 0 || place == "unknown file") problem.message.erase(0, end + 1);
}

}  // namespace

JunitProblem junit_problem(std::string_view framework, const XmlElement& element) {
  const auto name = element.name();
  JunitProblem problem{.error = name == "error" || name.ends_with("Error"),
                       .message = std::string(element.attribute("message")),
                       .type = std::string(element.attribute("type")),
                       .text = element.text()};
  for (const auto* trace : {"stackTrace", "stack-trace"}) {
    if (const auto inner = element.child(trace)) problem.text += inner.text();
  }
  if (framework == "playwright") read_playwright(problem);
  if (problem.message.empty()) problem.message = element.child("message").text();
  // PHPUnit's first line is the name of the test.
  if (problem.message.empty() && framework == "phpunit")
    problem.message = first_line(problem.text, 1);
  if (problem.message.empty()) problem.message = first_line(problem.text);
  if (problem.message.empty()) problem.message = problem.type;
  if (framework == "gtest") read_gtest(problem);
  if (framework != "junit") problem.message = trim(problem.message);
  return problem;
}

std::string without_go_framing(std::string_view output) {
  std::string own;
  while (!output.empty()) {
    const auto end = output.find('\n');
    const auto line = output.substr(0, end == std::string_view::npos ? end : end + 1);
    if (!is_go_framing(line)) own += line;
    output.remove_prefix(line.size());
  }
  return own;
}

void settle_go_parents(TestSuite& suite) {
  std::set<std::string_view> failed;
  for (const auto& test : suite.cases) {
    if (test.outcome == TestOutcome::failed) failed.insert(test.name);
  }
  for (auto& test : suite.cases) {
    if (test.outcome != TestOutcome::failed || !test.message.empty()) continue;
    const auto prefix = test.name + "/";
    const auto inner = failed.lower_bound(prefix);
    const bool by_subtest = inner != failed.end() && inner->starts_with(prefix);
    test.message = by_subtest ? "a subtest failed" : "failed";
  }
}

std::string_view junit_framework(const XmlElement& root) {
  for (const auto& dialect : kDialects) {
    if (dialect.spoken(root)) return dialect.framework;
  }
  return "junit";
}

FailureKind junit_failure_kind(std::string_view framework, const JunitProblem& problem) {
  if (const auto kind = kind_called(problem.type); kind != FailureKind::none) return kind;
  constexpr std::size_t kHead = 2000;
  const auto message = std::string_view(problem.message).substr(0, kHead);
  for (const auto& phrase : kPhrases) {
    if (phrase.framework == framework && message.find(phrase.words) != std::string_view::npos)
      return phrase.kind;
  }
  const auto type = to_lower(std::string_view(problem.type).substr(0, kHead));
  const auto says = [&](std::string_view word) { return type.find(word) != std::string::npos; };
  if (says("timeout") || says("timedout")) return FailureKind::timeout;
  if (says("assert") || says("expectation")) return FailureKind::assertion;
  // jest-junit writes no type, but "TypeError: ..." as what was said.
  const std::string_view name =
      problem.type.empty() ? message.substr(0, message.find(':')) : problem.type;
  const bool thrown = std::ranges::find(kThrown, name) != kThrown.end();
  return problem.error || thrown ? FailureKind::panic : FailureKind::assertion;
}

std::chrono::nanoseconds junit_duration(std::string_view text) {
  constexpr double kMost = 1e9;
  const auto number = plain_number(text);
  double seconds = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), seconds);
  if (error != std::errc() || !(seconds > 0) || seconds > kMost) return {};
  return std::chrono::nanoseconds(std::llround(seconds * 1e9));
}

}  // namespace crema::evidence
