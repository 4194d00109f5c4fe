#include "go_failure.h"
#include "junit_dialect.h"

#include "crema/base/strings.h"
#include "crema/evidence/junit.h"
#include "crema/evidence/timestamp.h"
#include "crema/formats/xml.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <unordered_map>

namespace crema::evidence {
namespace {

using formats::XmlElement;

template <typename Number>
Number number_of(std::string_view text) {
  text = trim(text);
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() ? number : 0;
}

std::string_view first_of(const XmlElement& element, std::span<const std::string_view> names) {
  for (const auto name : names) {
    if (const auto value = element.attribute(name); !value.empty()) return value;
  }
  return {};
}

std::string first_line(std::string_view text) {
  for (const auto line : split_lines(text)) {
    if (!trim(line).empty()) return std::string(trim(line));
  }
  return "";
}

JunitProblem problem_of(const XmlElement& element) {
  const auto name = element.name();
  JunitProblem problem{.error = name == "error" || name.ends_with("Error"),
                       .message = std::string(element.attribute("message")),
                       .type = std::string(element.attribute("type")),
                       .text = element.text()};
  for (const auto* trace : {"stackTrace", "stack-trace"}) {
    if (const auto inner = element.child(trace)) problem.text += inner.text();
  }
  if (problem.message.empty()) problem.message = element.child("message").text();
  if (problem.message.empty()) problem.message = first_line(problem.text);
  if (problem.message.empty()) problem.message = problem.type;
  return problem;
}

// What a test case says, before it is decided what it comes to.
struct Said {
  std::vector<JunitProblem> failures;  // of one run
  std::vector<JunitProblem> reruns;    // that failed again
  std::vector<JunitProblem> flakes;    // that failed before it passed
  XmlElement skipped;
  std::string printed;  // standard output and error
  std::string file;
  std::uint32_t line = 0;
};

void add_text(std::string& output, const std::string& text) {
  if (text.empty()) return;
  if (!output.empty() && !output.ends_with('\n')) output += '\n';
  output += text;
}

void take_properties(const XmlElement& properties, Said& said) {
  for (const auto& property : properties.children("property")) {
    const auto name = property.attribute("name");
    const auto value = property.attribute("value");
    if (name == "file") said.file = value;
    if (name == "line") said.line = number_of<std::uint32_t>(value);
  }
}

Said said_by(const XmlElement& test) {
  Said said;
  for (auto child = test.first_child(); child; child = child.next()) {
    const auto name = child.name();
    if (name == "failure" || name == "error") said.failures.push_back(problem_of(child));
    if (name == "rerunFailure" || name == "rerunError") said.reruns.push_back(problem_of(child));
    if (name == "flakyFailure" || name == "flakyError") said.flakes.push_back(problem_of(child));
    if (name == "skipped" || name == "ignored") said.skipped = child;
    if (name == "system-out" || name == "system-err") add_text(said.printed, child.text());
    if (name == "properties") take_properties(child, said);
  }
  return said;
}

TestOutcome outcome_of(const XmlElement& test, const Said& said) {
  constexpr std::array<std::string_view, 6> kSkipped = {"skipped", "notrun",  "disabled",
                                                        "ignored", "pending", "suppressed"};
  constexpr std::array<std::string_view, 3> kFailed = {"fail", "failed", "error"};
  if (!said.failures.empty() || !said.reruns.empty()) return TestOutcome::failed;
  if (said.skipped) return TestOutcome::skipped;
  const std::array words = {to_lower(test.attribute("status")), to_lower(test.attribute("result"))};
  for (const auto& word : words) {
    if (std::ranges::find(kSkipped, word) != kSkipped.end()) return TestOutcome::skipped;
    if (std::ranges::find(kFailed, word) != kFailed.end()) return TestOutcome::failed;
  }
  return TestOutcome::passed;
}

// Long names of outer suites are cut: each inner one repeats them.
std::string joined(std::string_view outer, std::string_view name) {
  constexpr std::size_t kOuter = 300;
  const bool config_file = outer.ends_with(".xml") || outer.ends_with(".xml.dist");
  if (outer.empty() || config_file || name.starts_with(outer)) return std::string(name);
  if (name.empty()) return std::string(outer);
  return fmt::format("{} > {}", outer.substr(0, kOuter), name);
}

std::string media_type(const std::filesystem::path& path) {
  constexpr std::array kTypes =
      std::to_array<std::pair<std::string_view, std::string_view>>({{".png", "image/png"},
                                                                    {".jpg", "image/jpeg"},
                                                                    {".jpeg", "image/jpeg"},
                                                                    {".webm", "video/webm"},
                                                                    {".mp4", "video/mp4"},
                                                                    {".zip", "application/zip"},
                                                                    {".txt", "text/plain"},
                                                                    {".log", "text/plain"},
                                                                    {".md", "text/markdown"},
                                                                    {".json", "application/json"},
                                                                    {".html", "text/html"}});
  const auto extension = to_lower(path.extension().string());
  for (const auto& [ending, type] : kTypes) {
    if (ending == extension) return std::string(type);
  }
  return "application/octet-stream";
}

class JunitReader {
 public:
  JunitReader(const XmlElement& root, const SourcePtr& source, const ReportRoot& place)
      : framework_(junit_framework(root)), source_(source), place_(place) {}

  std::vector<TestSuite> read(const XmlElement& root) {
    add(root, "", "");
    return std::move(suites_);
  }

 private:
  void add(const XmlElement& element, const std::string& outer, std::string_view outer_file) {
    const bool whole = element.name() == "testsuites";
    const auto name = whole ? "" : joined(outer, own_name(element));
    const auto file = element.attribute("file").empty() ? outer_file : element.attribute("file");
    bool nested = false;
    bool cases = false;
    for (auto child = element.first_child(); child; child = child.next()) {
      nested = nested || child.name() == "testsuite";
      cases = cases || child.name() == "testcase";
    }
    if (cases || (!whole && (!nested || element.child("error") || element.child("failure"))))
      add_suite(element, name, file, nested);
    if (!nested) return;
    for (auto child = element.first_child(); child; child = child.next()) {
      if (child.name() == "testsuite") add(child, name, file);
    }
  }

  // Ant writes the package beside the class.
  static std::string own_name(const XmlElement& element) {
    const auto name = element.attribute("name");
    const auto package = element.attribute("package");
    if (package.empty() || package == name || name.starts_with(package) ||
        package.find('/') != std::string_view::npos)
      return std::string(name);
    return fmt::format("{}.{}", package, name);
  }

  void add_suite(const XmlElement& element, const std::string& name, std::string_view file,
                 bool nested) {
    TestSuite suite{.name = name, .framework = framework_};
    suite.duration = junit_duration(element.attribute("time"));
    suite.started = parse_timestamp(element.attribute("timestamp")).value_or(Time{});
    std::chrono::nanoseconds sum{0};
    std::unordered_map<std::string, std::size_t> known;
    for (auto child = element.first_child(); child; child = child.next()) {
      const auto kind = child.name();
      if (kind == "testcase") {
        auto test = read_case(child, element, suite, file);
        sum += test.duration;
        keep_case(suite, known, std::move(test));
      } else if (kind == "error" || kind == "failure") {
        blame(suite, problem_of(child));
      } else if (kind == "system-out" || kind == "system-err") {
        add_text(suite.output, child.text());
      }
    }
    if (suite.duration.count() == 0) suite.duration = sum;
    if (suite.name.empty()) suite.name = std::filesystem::path(source_->path()).filename().string();
    settle(suite, element, nested);
    suite.output = shortened_output(suite.output);
    const bool noise =
        framework_ == "mocha" && suite.cases.empty() && suite.outcome == TestOutcome::skipped;
    if (!noise) suites_.push_back(std::move(suite));
  }

  void blame(TestSuite& suite, const JunitProblem& problem) const {
    suite.outcome = TestOutcome::failed;
    if (!suite.message.empty()) return;
    suite.message = problem.message;
    suite.kind = junit_failure_kind(framework_, problem);
    if (suite.kind == FailureKind::assertion || suite.kind == FailureKind::panic)
      suite.kind = FailureKind::setup;
    add_text(suite.output, problem.text);
  }

  static void settle(TestSuite& suite, const XmlElement& element, bool nested) {
    const bool failed = std::ranges::any_of(
        suite.cases, [](const auto& test) { return test.outcome == TestOutcome::failed; });
    if (failed) suite.outcome = TestOutcome::failed;
    if (suite.outcome == TestOutcome::failed) return;
    const auto counted = number_of<std::uint64_t>(element.attribute("failures")) +
                         number_of<std::uint64_t>(element.attribute("errors"));
    // An outer suite counts what its inner ones name.
    if (counted > 0 && !nested) {
      suite.outcome = TestOutcome::failed;
      suite.kind = FailureKind::setup;
      suite.message = "it failed, and no test of it is named";
    } else if (suite.cases.empty()) {
      suite.outcome = TestOutcome::skipped;
      suite.message = "no tests";
    }
  }

  // gotestsum names a test again for each time it ran; elsewhere two tests may have one name.
  void keep_case(TestSuite& suite, std::unordered_map<std::string, std::size_t>& known,
                 TestCase test) const {
    const bool named = !test.name.empty() &&
                       !(test.name == suite.name && test.group.empty() && framework_ == "junit");
    if (!named && test.outcome == TestOutcome::failed) {
      suite.outcome = TestOutcome::failed;
      suite.kind = test.kind == FailureKind::assertion ? FailureKind::setup : test.kind;
      suite.message = std::move(test.message);
      add_text(suite.output, test.output);
      return;
    }
    if (framework_ == "go") {
      const auto [found, added] = known.try_emplace(test.name, suite.cases.size());
      if (!added) {
        auto& before = suite.cases[found->second];
        test.earlier = std::move(before.earlier);
        test.earlier.push_back(
            {before.outcome, before.kind, before.duration, std::move(before.output)});
        before = std::move(test);
        return;
      }
    }
    suite.cases.push_back(std::move(test));
  }

  TestCase read_case(const XmlElement& element, const XmlElement& suite_element,
                     const TestSuite& suite, std::string_view suite_file) const {
    auto said = said_by(element);
    TestCase test{.name = std::string(element.attribute("name")),
                  .outcome = outcome_of(element, said),
                  .duration = junit_duration(element.attribute("time"))};
    test.group = group_of(element.attribute("classname"), test.name, suite_element, suite);
    place(test, element, said, suite_file, suite);
    for (const auto& flake : said.flakes) test.earlier.push_back(attempt(flake));
    if (test.outcome == TestOutcome::failed) explain(test, said);
    if (test.outcome == TestOutcome::skipped) {
      test.message = said.skipped.attribute("message");
      if (test.message.empty()) test.message = trim(said.skipped.text());
    }
    attach(test, said.printed);
    return test;
  }

  // A class name says nothing where the suite or the case says the same.
  std::string group_of(std::string_view classname, std::string_view name,
                       const XmlElement& suite_element, const TestSuite& suite) const {
    const auto own = replace_all(std::string(suite_element.attribute("name")), "\\", ".");
    const bool said = classname == name || classname == suite.name || classname == own ||
                      (framework_ == "mocha" && name.ends_with(classname)) ||
                      (framework_ == "phpunit" && own.starts_with(classname));
    return said ? "" : std::string(classname);
  }

  void place(TestCase& test, const XmlElement& element, const Said& said,
             std::string_view suite_file, const TestSuite& suite) const {
    constexpr std::array<std::string_view, 3> kFile = {"file", "filepath", "filename"};
    constexpr std::array<std::string_view, 2> kLine = {"line", "lineno"};
    test.file = first_of(element, kFile);
    test.line = number_of<std::uint32_t>(first_of(element, kLine));
    // pytest's xunit1 counts lines from 0.
    if (framework_ == "pytest" && element.has("line")) ++test.line;
    if (test.file.empty()) test.file = said.file;
    if (test.line == 0) test.line = said.line;
    if (test.file.empty()) test.file = suite_file;
    const bool suite_is_file = framework_ == "vitest" || framework_ == "playwright";
    if (test.file.empty() && suite_is_file) test.file = suite.name;
    test.file = repository_path(test.file, place_);
  }

  TestAttempt attempt(const JunitProblem& problem) const {
    return {TestOutcome::failed,
            junit_failure_kind(framework_, problem),
            {},
            shortened_output(problem.text)};
  }

  // Surefire: the first run is the <failure>, each further one a <rerunFailure>; the last one
  // counts.
  void explain(TestCase& test, Said& said) const {
    if (!said.reruns.empty()) {
      for (const auto& failure : said.failures) test.earlier.push_back(attempt(failure));
      for (std::size_t i = 0; i + 1 < said.reruns.size(); ++i)
        test.earlier.push_back(attempt(said.reruns[i]));
      said.failures = {std::move(said.reruns.back())};
    }
    if (said.failures.empty()) {
      test.kind = FailureKind::assertion;
      test.message = "failed";
    } else {
      test.kind = junit_failure_kind(framework_, said.failures.front());
      test.message = said.failures.front().message;
    }
    std::string output;
    for (const auto& failure : said.failures) add_text(output, failure.text);
    if (framework_ == "go") explain_go(test, output);
    add_text(output, said.printed);
    test.output = shortened_output(output);
  }

  static void explain_go(TestCase& test, const std::string& output) {
    auto failure = explain_go_failure(output);
    test.kind = failure.kind;
    if (!failure.message.empty()) test.message = std::move(failure.message);
    if (test.file.empty()) {
      test.file = std::move(failure.file);
      test.line = failure.line;
    }
  }

  // "[[ATTACHMENT|path]]" on lines of the output, as Jenkins and Playwright have it; the path is
  // relative to the report.
  void attach(TestCase& test, std::string_view printed) const {
    constexpr std::string_view kBegin = "[[ATTACHMENT|";
    for (auto at = printed.find(kBegin); at != std::string_view::npos;
         at = printed.find(kBegin, at)) {
      at += kBegin.size();
      const auto end = printed.find("]]", at);
      if (end == std::string_view::npos) return;
      const auto path =
          (std::filesystem::path(source_->path()).parent_path() / printed.substr(at, end - at))
              .lexically_normal();
      test.attachments.push_back({path.stem().string(), media_type(path), path.generic_string()});
      at = end;
    }
  }

  std::string framework_;
  SourcePtr source_;
  const ReportRoot& place_;
  std::vector<TestSuite> suites_;
};

}  // namespace

Result<std::vector<TestSuite>> read_junit(const SourcePtr& source, const ReportRoot& root) {
  const auto document = CREMA_TRY(formats::parse_xml(source));
  const auto element = document->root();
  if (element.name() != "testsuites" && element.name() != "testsuite") {
    auto error =
        make_error("evidence/junit", fmt::format("<{}> is no report of tests", element.name()),
                   element.span());
    error.hint = "the root of JUnit XML is <testsuites> or <testsuite>";
    return fail(std::move(error));
  }
  return JunitReader(element, document->source(), root).read(element);
}

}  // namespace crema::evidence
