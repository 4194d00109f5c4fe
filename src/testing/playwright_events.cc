#include "playwright_events.h"

#include "crema/base/strings.h"
#include "crema/evidence/timestamp.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace crema::testing {
namespace {

using evidence::FailureKind;
using evidence::TestCase;
using evidence::TestOutcome;
using evidence::TestSuite;
using Json = nlohmann::json;

constexpr std::string_view kMark =
    "\x1e"
    "crema ";
constexpr std::size_t kLongestLine = 16 << 20;

std::string text_of(const Json& json, const char* name) {
  const auto member = json.find(name);
  return member != json.end() && member->is_string() ? member->get<std::string>() : "";
}
double number_of(const Json& json, const char* name) {
  const auto member = json.find(name);
  return member != json.end() && member->is_number() ? member->get<double>() : 0;
}

// Colours are the terminal's of whoever wrote the test.
std::string without_colours(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\x1b' || i + 1 >= text.size() || text[i + 1] != '[') {
      out += text[i];
      continue;
    }
    i += 2;
    while (i < text.size() && (text[i] < '@' || text[i] > '~')) ++i;
  }
  return out;
}

std::string first_line(std::string_view text) {
  return std::string(trim(text.substr(0, text.find('\n'))));
}

}  // namespace

PlaywrightEvents::PlaywrightEvents(std::filesystem::path root, std::string project,
                                   evidence::GoTestListener listener)
    : root_(std::move(root)), project_(std::move(project)), listener_(std::move(listener)) {}

void PlaywrightEvents::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    if (line_.size() < kLongestLine) line_ += bytes.substr(0, end);
    if (end == std::string_view::npos) return;
    take_line(line_);
    line_.clear();
    bytes.remove_prefix(end + 1);
  }
}

void PlaywrightEvents::take_line(std::string_view line) {
  const auto mark = line.find(kMark);
  if (mark != std::string_view::npos) return take_event(line.substr(mark + kMark.size()));
  if (other_.size() < evidence::kKeptOutput) other_ += without_colours(line) + "\n";
}

TestSuite& PlaywrightEvents::suite_of(const std::string& name) {
  const auto known = std::ranges::find(suites_, name, &TestSuite::name);
  if (known != suites_.end()) return *known;
  suites_.push_back({.name = name, .framework = "playwright", .project = project_});
  return suites_.back();
}

// Relative to the repository where it is in it.
std::string PlaywrightEvents::shown_path(const std::string& file) const {
  const auto path = std::filesystem::path(file).lexically_relative(root_).string();
  return path.empty() || path.starts_with("..") ? file : path;
}

void PlaywrightEvents::take_event(std::string_view text) {
  const auto event = Json::parse(text, nullptr, false);
  if (!event.is_object()) return;
  const auto kind = text_of(event, "event");
  if (kind == "begin") version_ = text_of(event, "version");
  if (kind == "error" || kind == "output") other_ += without_colours(text_of(event, "text")) + "\n";
  if (kind != "test" && kind != "end") return;
  const auto browser = text_of(event, "project");
  const auto file = shown_path(text_of(event, "file"));
  const auto suite = browser.empty() ? file : fmt::format("{} [{}]", file, browser);
  const auto group = text_of(event, "group");
  const auto name = text_of(event, "title");
  const Running running{suite, group.empty() ? name : group + " › " + name};
  if (kind == "test") {
    running_.push_back(running);
    if (listener_.on_run) listener_.on_run(running.suite, running.name);
  } else {
    std::erase(running_, running);
    end_test(suite_of(suite), event);
  }
}

void PlaywrightEvents::end_test(TestSuite& suite, const Json& event) {
  TestCase test{.name = text_of(event, "title"), .group = text_of(event, "group")};
  test.duration = std::chrono::nanoseconds(std::llround(number_of(event, "duration") * 1e9));
  test.file = shown_path(text_of(event, "file"));
  test.line = static_cast<std::uint32_t>(number_of(event, "line"));
  const auto status = text_of(event, "status");
  if (status == "skipped") {
    test.outcome = TestOutcome::skipped;
    test.message = text_of(event, "reason");
  } else if (status != text_of(event, "expected")) {
    test.outcome = TestOutcome::failed;
    test.kind = status == "timedOut" ? FailureKind::timeout : FailureKind::assertion;
    if (status == "passed") test.message = "passed, and was expected to fail";
  }
  add_errors(test, event);
  test.output += without_colours(text_of(event, "output"));
  test.output = evidence::shortened_output(test.output);
  for (const auto& one : event.value("attachments", Json::array()))
    test.attachments.push_back({text_of(one, "name"), text_of(one, "type"), text_of(one, "path")});
  if (suite.cases.empty())
    suite.started = evidence::parse_timestamp(text_of(event, "started")).value_or(evidence::Time());
  suite.duration += test.duration;
  if (listener_.on_case) listener_.on_case(suite, test);
  add_case(suite, std::move(test), number_of(event, "retry") > 0);
}

void PlaywrightEvents::add_errors(TestCase& test, const Json& event) const {
  bool placed = false;
  for (const auto& error : event.value("errors", Json::array())) {
    const auto text = without_colours(text_of(error, "text"));
    if (test.message.empty()) test.message = first_line(text);
    test.output += text + "\n";
    if (const auto snippet = text_of(error, "snippet"); !snippet.empty())
      test.output += "\n" + without_colours(snippet) + "\n";
    const auto place = text_of(error, "file");
    if (placed || place.empty() || place.find("node_modules") != std::string::npos) continue;
    test.file = shown_path(place);
    test.line = static_cast<std::uint32_t>(number_of(error, "line"));
    placed = true;
  }
}

// A retry replaces the attempt before it, and keeps what that one left.
void PlaywrightEvents::add_case(TestSuite& suite, TestCase test, bool retry) {
  const auto known = std::ranges::find_if(suite.cases, [&](const TestCase& one) {
    return one.name == test.name && one.group == test.group;
  });
  if (!retry || known == suite.cases.end()) {
    suite.cases.push_back(std::move(test));
    return;
  }
  test.earlier = std::move(known->earlier);
  test.earlier.push_back({known->outcome, known->kind, known->duration, std::move(known->output)});
  test.attachments.insert(test.attachments.begin(), known->attachments.begin(),
                          known->attachments.end());
  *known = std::move(test);
}

std::vector<TestSuite> PlaywrightEvents::finish() {
  if (!line_.empty()) take_line(line_);
  line_.clear();
  for (const auto& one : running_) {
    suite_of(one.suite).cases.push_back({.name = one.name,
                                         .outcome = TestOutcome::failed,
                                         .kind = FailureKind::crash,
                                         .message = "it began and never ended"});
  }
  for (auto& suite : suites_) {
    const auto has = [&](TestOutcome outcome) {
      return std::ranges::any_of(suite.cases,
                                 [&](const auto& test) { return test.outcome == outcome; });
    };
    suite.outcome = has(TestOutcome::failed)   ? TestOutcome::failed
                    : has(TestOutcome::passed) ? TestOutcome::passed
                                               : TestOutcome::skipped;
    if (listener_.on_suite) listener_.on_suite(TestSuite(suite));
  }
  return std::move(suites_);
}

}  // namespace crema::testing
