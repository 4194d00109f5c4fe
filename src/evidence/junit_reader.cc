#include "go_failure.h"
#include "junit_attachments.h"
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

Said said_by(std::string_view framework, const XmlElement& test) {
  const auto problem_of = [&](const XmlElement& element) {
    return junit_problem(framework, element);
  };
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
constexpr std::size_t kOuter = 300;
// A longer name is no file's, and of an outer suite with a longer one each inner one would have to
// read all of it.
constexpr std::size_t kLongestName = 4096;

std::string joined(std::string_view outer, std::string_view name) {
  const bool config_file = outer.ends_with(".xml") || outer.ends_with(".xml.dist");
  if (outer.empty() || config_file || name.starts_with(outer)) return std::string(name);
  if (name.empty()) return std::string(outer);
  // PHPUnit: "MenuTest::testSizes" in "unit > MenuTest".
  const auto last = outer.rfind(" > ");
  const auto own = last == std::string_view::npos ? outer : outer.substr(last + 3);
  if (name.starts_with(own)) outer = outer.substr(0, last);
  return fmt::format("{} > {}", outer.substr(0, kOuter), name);
}

class JunitReader {
 public:
  JunitReader(const XmlElement& root, const SourcePtr& source, const ReportRoot& place)
      : framework_(junit_framework(root)), source_(source), place_(place) {}

  std::vector<TestSuite> read(const XmlElement& root) {
    add(root, "", "");
    const bool failed = std::ranges::any_of(
        suites_, [](const TestSuite& suite) { return suite.outcome == TestOutcome::failed; });
    if (!failed && counted_failures(root) > 0) add_unnamed();
    return std::move(suites_);
  }

 private:
  void add(const XmlElement& element, const std::string& outer, std::string_view outer_file) {
    const bool whole = element.name() == "testsuites";
    const auto name = whole ? "" : joined(outer, own_name(element));
    const auto own_file = element.attribute("file");
    const bool is_file = !own_file.empty() && own_file.size() <= kLongestName;
    const auto file = is_file ? own_file : outer_file;
    bool nested = false;
    bool cases = false;
    for (auto child = element.first_child(); child; child = child.next()) {
      nested = nested || child.name() == "testsuite";
      cases = cases || child.name() == "testcase";
    }
    if (cases || (!whole && (!nested || element.child("error") || element.child("failure"))))
      add_suite(element, name, file, nested);
    if (!nested) return;
    const auto above = name.size() > kLongestName ? name.substr(0, kOuter) : name;
    for (auto child = element.first_child(); child; child = child.next()) {
      if (child.name() == "testsuite") add(child, above, file);
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
    const auto own = replace_all(std::string(element.attribute("name")), "\\", ".");
    for (auto child = element.first_child(); child; child = child.next()) {
      const auto kind = child.name();
      if (kind == "testcase") {
        auto test = read_case(child, own, suite, file);
        sum += test.duration;
        keep_case(suite, known, std::move(test));
      } else if (kind == "error" || kind == "failure") {
        blame(suite, junit_problem(framework_, child));
      } else if (kind == "system-out" || kind == "system-err") {
        add_text(suite.output, child.text());
      }
    }
    if (suite.duration.count() == 0) suite.duration = sum;
    if (suite.name.empty()) suite.name = std::filesystem::path(source_->path()).filename().string();
    if (framework_ == "go") settle_go_parents(suite);
    settle(suite, element, nested);
    suite.output = shortened_output(suite.output);
    const bool unnamed = framework_ == "mocha" || (framework_ == "go" && name.empty());
    const bool noise = unnamed && suite.cases.empty() && suite.outcome == TestOutcome::skipped;
    if (!noise) suites_.push_back(std::move(suite));
  }

  static std::uint64_t counted_failures(const XmlElement& element) {
    return number_of<std::uint64_t>(element.attribute("failures")) +
           number_of<std::uint64_t>(element.attribute("errors"));
  }

  // The whole report counts failures, and no suite has one.
  void add_unnamed() {
    suites_.push_back({.name = std::filesystem::path(source_->path()).filename().string(),
                       .framework = framework_,
                       .outcome = TestOutcome::failed,
                       .kind = FailureKind::setup,
                       .message = "it counts failures, and no suite in it has one"});
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
    // An outer suite counts what its inner ones name.
    if (counted_failures(element) > 0 && !nested) {
      suite.outcome = TestOutcome::failed;
      suite.kind = FailureKind::setup;
      suite.message = "it failed, and no test of it is named";
    } else if (suite.cases.empty()) {
      suite.outcome = TestOutcome::skipped;
      suite.message = "no tests";
    }
  }

  // A failure that is no case's: of the hooks around them, of the build.
  static void blame_whole(TestSuite& suite, TestCase test) {
    suite.outcome = TestOutcome::failed;
    suite.kind = test.kind;
    const bool of_a_case = test.kind == FailureKind::assertion || test.kind == FailureKind::panic;
    if (of_a_case && (test.name.empty() || test.kind == FailureKind::assertion))
      suite.kind = FailureKind::setup;
    if (test.output.find("[build failed]") != std::string::npos) suite.kind = FailureKind::build;
    suite.message = std::move(test.message);
    add_text(suite.output, test.output);
  }

  // gotestsum names a test again for each time it ran; elsewhere two tests may have one name.
  void keep_case(TestSuite& suite, std::unordered_map<std::string, std::size_t>& known,
                 TestCase test) const {
    const bool suites_own = test.name == suite.name && test.group.empty();
    // gotestsum calls a package so that could not be built or that failed around its tests.
    const bool package = framework_ == "go" && test.name == "TestMain" && test.group.empty() &&
                         test.duration.count() == 0;
    const bool named = !test.name.empty() && !package && !(suites_own && framework_ == "junit");
    if (!named && test.outcome == TestOutcome::failed) return blame_whole(suite, std::move(test));
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

  // `own` is the suite's name without those of the suites around it, as a class has it.
  TestCase read_case(const XmlElement& element, std::string_view own, const TestSuite& suite,
                     std::string_view suite_file) const {
    auto said = said_by(framework_, element);
    TestCase test{.name = std::string(element.attribute("name")),
                  .outcome = outcome_of(element, said),
                  .duration = junit_duration(element.attribute("time"))};
    test.group = group_of(element.attribute("classname"), test.name, own, suite);
    place(test, element, said, suite_file, suite);
    for (const auto& flake : said.flakes) test.earlier.push_back(attempt(flake));
    if (test.outcome == TestOutcome::failed) explain(test, said);
    if (test.outcome == TestOutcome::skipped) {
      test.message = said.skipped.attribute("message");
      if (test.message.empty()) test.message = trim(said.skipped.text());
      if (framework_ == "go")
        test.message = explain_go_failure(without_go_framing(test.message)).message;
    }
    test.attachments = junit_attachments(said.printed, source_->path());
    return test;
  }

  // A class name says nothing where the suite or the case says the same.
  std::string group_of(std::string_view classname, std::string_view name, std::string_view own,
                       const TestSuite& suite) const {
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
    const bool suite_is_file =
        (framework_ == "vitest" || framework_ == "playwright") && suite.name.size() <= kLongestName;
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
      const auto& first = said.failures.front();
      test.kind = junit_failure_kind(framework_, first);
      test.message = first.message;
      if (first.line != 0) {
        test.file = repository_path(first.file, place_);
        test.line = first.line;
      }
      // CTest says nothing but what the test printed.
      if (test.message.empty())
        test.message = trim(said.printed.substr(0, said.printed.find('\n')));
      if (test.message.empty()) test.message = "failed";
    }
    std::string output;
    for (const auto& failure : said.failures) add_text(output, failure.text);
    if (framework_ == "go") {
      output = without_go_framing(output);
      explain_go(test, output);
    }
    const bool hook = framework_ == "mocha" && test.name.find("\" hook") != std::string::npos;
    if (hook) test.kind = FailureKind::setup;
    add_text(output, said.printed);
    test.output = shortened_output(output);
  }

  void explain_go(TestCase& test, const std::string& output) const {
    auto failure = explain_go_failure(output);
    test.kind = failure.kind;
    test.message = std::move(failure.message);
    if (test.file.empty()) {
      test.file = repository_path(failure.file, place_);
      test.line = failure.line;
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
