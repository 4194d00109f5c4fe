#include "go_failure.h"

#include "crema/base/strings.h"
#include "crema/evidence/go_test.h"
#include "crema/evidence/kept_output.h"
#include "crema/evidence/timestamp.h"

#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

namespace crema::evidence {
namespace {

using std::chrono::nanoseconds;

// One event, as views into the parser's memory.
struct GoEvent {
  std::string_view action, package, test, output, build, failed_build, time;
  double elapsed = 0;
};

std::optional<GoEvent> parse_event(simdjson::ondemand::parser& parser, std::string_view line,
                                   std::size_t capacity) {
  simdjson::ondemand::document document;
  simdjson::ondemand::object object;
  if (parser.iterate(line.data(), line.size(), capacity).get(document) != simdjson::SUCCESS ||
      document.get_object().get(object) != simdjson::SUCCESS)
    return std::nullopt;
  GoEvent event;
  for (auto field : object) {
    std::string_view name;
    if (field.unescaped_key().get(name) != simdjson::SUCCESS) return std::nullopt;
    auto value = field.value();
    simdjson::error_code error = simdjson::SUCCESS;
    if (name == "Action")
      error = value.get_string().get(event.action);
    else if (name == "Package")
      error = value.get_string().get(event.package);
    else if (name == "Test")
      error = value.get_string().get(event.test);
    else if (name == "Output")
      error = value.get_string().get(event.output);
    else if (name == "ImportPath")
      error = value.get_string().get(event.build);
    else if (name == "FailedBuild")
      error = value.get_string().get(event.failed_build);
    else if (name == "Time")
      error = value.get_string().get(event.time);
    else if (name == "Elapsed")
      error = value.get_double().get(event.elapsed);
    if (error != simdjson::SUCCESS) return std::nullopt;
  }
  if (event.action.empty()) return std::nullopt;
  return event;
}

nanoseconds seconds(double value) {
  if (!(value > 0) || value > 1e9) return nanoseconds(0);
  return nanoseconds(std::llround(value * 1e9));
}

struct RunningTest {
  std::size_t position = 0;  // in the suite's cases
  bool paused = false;
  bool ended = false;
  KeptOutput output;
};

struct Package {
  TestSuite suite;
  KeptOutput output;
  std::unordered_map<std::string, RunningTest> tests;
  std::string timed_out, panicked;  // the lines that say so
  bool built_not = false;
  bool no_test_files = false;
  std::vector<std::string> listed;  // under "running tests:"
  bool listing = false;
};

std::string first_line(const std::string& text, std::string_view but_not) {
  for (const auto line : split_lines(text)) {
    if (!trim(line).empty() && !line.starts_with(but_not)) return std::string(trim(line));
  }
  return "";
}

}  // namespace

class GoTestReader::Impl {
 public:
  explicit Impl(SuiteListener listener) : listener_(std::move(listener)) {}

  void feed(std::string_view bytes) {
    pending_ += bytes;
    std::size_t begin = 0;
    std::size_t end = pending_.find('\n', begin);
    if (end == std::string::npos) return;
    // The parser reads some bytes beyond a line: the next one's, or what is reserved.
    pending_.reserve(pending_.size() + simdjson::SIMDJSON_PADDING);
    for (; end != std::string::npos; begin = end + 1, end = pending_.find('\n', begin))
      take_line(std::string_view(pending_).substr(begin, end - begin), pending_.capacity() - begin);
    pending_.erase(0, begin);
  }

  void finish() {
    if (!pending_.empty()) feed("\n");
    while (!packages_.empty()) {
      auto& [name, package] = *packages_.begin();
      if (package.suite.message.empty())
        package.suite.message = "go test ended before this package";
      end_package(name, TestOutcome::failed, {});
    }
    // A package names one of the builds it failed for; the others need no suite of their own.
    if (build_said_) builds_.clear();
    for (auto& [name, output] : builds_) {
      TestSuite suite{.name = name.substr(0, name.find(' ')), .framework = "go"};
      if (!failed_builds_.contains(name)) continue;
      suite.outcome = TestOutcome::failed;
      suite.kind = FailureKind::build;
      suite.output = output.text();
      suite.message = first_line(suite.output, "#");
      if (listener_.on_suite) listener_.on_suite(std::move(suite));
    }
    builds_.clear();
  }

  std::string other_output() const { return other_.text(); }
  const std::vector<std::string>& failed_builds() const { return every_failed_build_; }

 private:
  void take_line(std::string_view line, std::size_t capacity) {
    if (line.empty()) return;
    const auto event = line.front() == '{' ? parse_event(parser_, line, capacity) : std::nullopt;
    if (!event) {
      other_.add(line);
      other_.add("\n");
      return;
    }
    if (event->package.empty()) return take_build(*event);
    if (event->action == "output" && event->test.empty()) return package_output(*event);
    if (event->action == "output") return test_output(*event);
    if (event->test.empty()) return package_event(*event);
    test_event(*event);
  }

  void take_build(const GoEvent& event) {
    if (event.build.empty()) return;
    if (event.action == "build-output") builds_[std::string(event.build)].add(event.output);
    if (event.action != "build-fail") return;
    failed_builds_[std::string(event.build)] = true;
    every_failed_build_.emplace_back(event.build);
  }

  Package& package_of(std::string_view name) {
    if (last_ != nullptr && last_->suite.name == name) return *last_;
    auto found = packages_.find(name);
    if (found == packages_.end()) {
      found = packages_.try_emplace(std::string(name)).first;
      found->second.suite.name = name;
      found->second.suite.framework = "go";
    }
    last_ = &found->second;
    return *last_;
  }

  void package_output(const GoEvent& event) {
    auto& package = package_of(event.package);
    if (event.output.find("\t(cached)") != std::string_view::npos) package.suite.cached = true;
    if (event.output.find(" [build failed]") != std::string_view::npos ||
        event.output.find(" [setup failed]") != std::string_view::npos)
      package.built_not = true;
    // With coverage, a package without test files is a success that says so by its tab.
    if (event.output.starts_with("\t" + package.suite.name + "\t\tcoverage: "))
      package.no_test_files = true;
    note(package, event.output);
    if (!is_go_closing(event.output)) package.output.add(event.output);
  }

  void test_output(const GoEvent& event) {
    auto& package = package_of(event.package);
    note(package, event.output);
    if (is_go_framing(event.output) || is_go_closing(event.output)) return;
    auto& running = test_of(package, event.test);
    running.output.add(event.output);
  }

  // What may explain how the package ends, whosever output it is.
  static void note(Package& package, std::string_view line) {
    if (package.listing) {
      if (line.starts_with("\t\t")) {
        const auto name = trim(line);
        package.listed.emplace_back(name.substr(0, name.rfind(" (")));
        return;
      }
      package.listing = line.starts_with("\trunning tests:");
    }
    if (line.starts_with("panic: test timed out")) {
      package.timed_out = trim(line);
      package.listing = true;
    } else if (line.starts_with("panic: ") || line.starts_with("fatal error: ")) {
      if (package.panicked.empty()) package.panicked = trim(line);
    } else if (line.starts_with("\trunning tests:")) {
      package.listing = true;
    }
  }

  RunningTest& test_of(Package& package, std::string_view name) {
    auto [found, added] = package.tests.try_emplace(std::string(name));
    if (added) {
      found->second.position = package.suite.cases.size();
      package.suite.cases.push_back({.name = std::string(name)});
    }
    return found->second;
  }

  void test_event(const GoEvent& event) {
    auto& package = package_of(event.package);
    auto& running = test_of(package, event.test);
    auto& test = package.suite.cases[running.position];
    if (event.action == "run") {
      if (running.ended) begin_again(test, running);
      if (listener_.on_run) listener_.on_run(package.suite.name, test.name);
    } else if (event.action == "pause") {
      running.paused = true;
    } else if (event.action == "cont") {
      running.paused = false;
    } else if (event.action == "pass" || event.action == "fail" || event.action == "skip") {
      end_test(package, test, running, event);
    }
  }

  // `-count`, or a second process of the same package: the earlier result is kept as an attempt.
  static void begin_again(TestCase& test, RunningTest& running) {
    test.earlier.push_back({test.outcome, test.kind, test.duration, std::move(test.output)});
    TestCase fresh{.name = std::move(test.name)};
    fresh.earlier = std::move(test.earlier);
    test = std::move(fresh);
    running.ended = false;
    running.output.clear();
  }

  void end_test(Package& package, TestCase& test, RunningTest& running, const GoEvent& event) {
    running.ended = true;
    test.duration = seconds(event.elapsed);
    if (event.action == "fail") {
      fail(test, running.output.text());
    } else if (event.action == "skip") {
      test.outcome = TestOutcome::skipped;
      const auto text = running.output.text();
      auto reason = explain_go_failure(text);
      test.message = std::move(reason.message);
    }
    running.output.clear();
    if (listener_.on_case) listener_.on_case(package.suite, test);
  }

  static void fail(TestCase& test, std::string output) {
    test.outcome = TestOutcome::failed;
    auto failure = explain_go_failure(output);
    test.kind = failure.kind;
    test.message = std::move(failure.message);
    test.file = std::move(failure.file);
    test.line = failure.line;
    test.output = std::move(output);
  }

  void package_event(const GoEvent& event) {
    auto& package = package_of(event.package);
    if (event.action == "start") {
      package.suite.started = parse_timestamp(event.time).value_or(Time{});
    } else if (event.action == "pass" || event.action == "fail" || event.action == "skip") {
      package.suite.duration = seconds(event.elapsed);
      const auto outcome = event.action == "pass"   ? TestOutcome::passed
                           : event.action == "fail" ? TestOutcome::failed
                                                    : TestOutcome::skipped;
      end_package(std::string(event.package), outcome, event.failed_build);
    }
  }

  void end_package(const std::string& name, TestOutcome outcome, std::string_view failed_build) {
    auto package = std::move(packages_.find(name)->second);
    packages_.erase(packages_.find(name));
    last_ = nullptr;
    auto& suite = package.suite;
    if (outcome == TestOutcome::passed && package.no_test_files) outcome = TestOutcome::skipped;
    suite.outcome = outcome;
    if (outcome == TestOutcome::failed) {
      end_unfinished(package);
      explain_package(package, failed_build);
      settle_parents(suite);
    } else if (outcome == TestOutcome::skipped) {
      suite.message = "no test files";
    }
    if (listener_.on_suite) listener_.on_suite(std::move(suite));
  }

  // The process ended inside these tests.
  void end_unfinished(Package& package) {
    auto& suite = package.suite;
    for (auto& [name, running] : package.tests) {
      if (running.ended) continue;
      auto& test = suite.cases[running.position];
      fail(test, running.output.text());
      const bool culprit = test.kind == FailureKind::panic || test.kind == FailureKind::race;
      if (!package.timed_out.empty()) {
        const bool ran = package.listed.empty() ||
                         std::ranges::find(package.listed, name) != package.listed.end();
        test.kind = ran ? FailureKind::timeout : FailureKind::crash;
        test.message = ran ? package.timed_out.substr(std::string_view("panic: ").size())
                           : "it was waiting for its turn when the time was over";
        test.duration = ran ? suite.duration : nanoseconds(0);
        if (ran && std::ranges::any_of(package.listed, [&](const auto& other) {
              return other.starts_with(test.name + "/");
            }))
          test.message = "a subtest failed";
        test.line = 0;
        test.file.clear();
      } else if (!culprit) {
        test.kind = FailureKind::crash;
        test.message = package.panicked.empty()
                           ? "the process ended while this test ran"
                           : "the process ended while this test ran: " + package.panicked;
      }
      if (listener_.on_case) listener_.on_case(suite, test);
    }
  }

  void explain_package(Package& package, std::string_view failed_build) {
    auto& suite = package.suite;
    suite.output = package.output.text();
    const bool built_not = !failed_build.empty() || package.built_not;
    if (built_not) {
      suite.kind = FailureKind::build;
      build_said_ = true;
      const auto build =
          builds_.find(failed_build.empty() ? suite.name : std::string(failed_build));
      if (build != builds_.end()) {
        suite.output = build->second.text();
      }
      suite.message = first_line(suite.output, "#");
      failed_builds_.erase(std::string(failed_build));
      return;
    }
    const bool told = std::ranges::any_of(
        suite.cases, [](const auto& test) { return test.outcome == TestOutcome::failed; });
    if (told) return;
    auto failure = explain_go_failure(suite.output);
    if (failure.kind != FailureKind::assertion) {
      suite.kind = failure.kind;
      suite.message = failure.message;
    } else if (suite.message.empty()) {
      suite.kind = FailureKind::setup;
      suite.message = first_line(suite.output, "FAIL\t");
      if (suite.message.empty()) suite.message = "it failed, and no test did";
    } else {
      suite.kind = FailureKind::crash;
    }
  }

  // A test that failed only because a subtest did says nothing of its own: the subtest does.
  static void settle_parents(TestSuite& suite) {
    for (auto& test : suite.cases) {
      if (test.outcome != TestOutcome::failed || !test.message.empty()) continue;
      const auto prefix = test.name + "/";
      const bool inner = std::ranges::any_of(suite.cases, [&](const auto& other) {
        return other.outcome == TestOutcome::failed && other.name.starts_with(prefix);
      });
      if (inner) test.message = "a subtest failed";
    }
  }

  SuiteListener listener_;
  simdjson::ondemand::parser parser_;
  std::string pending_;
  KeptOutput other_;
  std::map<std::string, Package, std::less<>> packages_;
  Package* last_ = nullptr;
  std::map<std::string, KeptOutput, std::less<>> builds_;   // by "path [path.test]"
  std::map<std::string, bool, std::less<>> failed_builds_;  // not yet said by a package
  std::vector<std::string> every_failed_build_;
  bool build_said_ = false;  // a package has told that it could not be built
};

GoTestReader::GoTestReader(SuiteListener listener)
    : impl_(std::make_unique<Impl>(std::move(listener))) {}
GoTestReader::~GoTestReader() = default;
void GoTestReader::feed(std::string_view bytes) { impl_->feed(bytes); }
void GoTestReader::finish() { impl_->finish(); }
std::string GoTestReader::other_output() const { return impl_->other_output(); }

const std::vector<std::string>& GoTestReader::failed_builds() const {
  return impl_->failed_builds();
}

bool looks_like_go_test(std::string_view text) {
  const auto line = text.substr(0, text.find('\n'));
  return line.starts_with('{') && line.find("\"Action\"") != std::string_view::npos;
}

}  // namespace crema::evidence
