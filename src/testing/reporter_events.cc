#include "reporter_events.h"

#include "crema/base/strings.h"
#include "crema/evidence/timestamp.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
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

FailureKind kind_of(std::string_view text) {
  constexpr std::array kKinds = {FailureKind::assertion, FailureKind::panic, FailureKind::timeout,
                                 FailureKind::build,     FailureKind::setup, FailureKind::crash};
  for (const auto kind : kKinds) {
    if (evidence::to_text(kind) == text) return kind;
  }
  return FailureKind::none;
}

std::chrono::nanoseconds seconds_of(const Json& event) {
  const auto value = number_of(event, "duration");
  if (!(value > 0) || value > 1e9) return std::chrono::nanoseconds(0);
  return std::chrono::nanoseconds(std::llround(value * 1e9));
}

std::uint32_t line_of(const Json& event) {
  const auto value = number_of(event, "line");
  return value >= 1 && value < 1e9 ? static_cast<std::uint32_t>(value) : 0;
}

Json list_of(const Json& event, const char* name) {
  const auto member = event.find(name);
  return member != event.end() && member->is_array() ? *member : Json::array();
}

std::string key_of(const std::string& suite, const std::string& group, const std::string& title) {
  return suite + '\x1f' + group + '\x1f' + title;
}

// Under which a test that runs is known.
std::string running_key(const std::string& suite, const Json& event) {
  const auto id = text_of(event, "id");
  return id.empty() ? key_of(suite, text_of(event, "group"), text_of(event, "title"))
                    : suite + '\x1f' + id;
}

bool is_installed(std::string_view file) {
  return file.find("node_modules") != std::string_view::npos ||
         file.find("site-packages") != std::string_view::npos;
}

std::string first_line(std::string_view text) {
  return std::string(trim(text.substr(0, text.find('\n'))));
}

}  // namespace

ReporterEvents::ReporterEvents(std::filesystem::path root, std::string framework,
                               std::string project, evidence::SuiteListener listener)
    : root_(std::move(root)),
      framework_(std::move(framework)),
      project_(std::move(project)),
      listener_(std::move(listener)) {}

void ReporterEvents::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const auto part = bytes.substr(0, end);
    if (line_.size() < kLongestLine) line_ += part.substr(0, kLongestLine - line_.size());
    if (end == std::string_view::npos) return;
    take_line(line_);
    line_.clear();
    bytes.remove_prefix(end + 1);
  }
}

// A test may print without ending its line; the event then stands behind that.
void ReporterEvents::take_line(std::string_view line) {
  const auto mark = line.find(kMark);
  if (const auto said = line.substr(0, mark); mark != 0 && !(said.empty() && line_.empty()))
    other_.add(without_colours(said) + "\n");
  if (mark != std::string_view::npos) take_event(line.substr(mark + kMark.size()));
}

TestSuite& ReporterEvents::suite_of(const std::string& name) {
  const auto [known, added] = suite_places_.try_emplace(name, suites_.size());
  if (added) suites_.push_back({.name = name, .framework = framework_, .project = project_});
  return suites_[known->second];
}

// Relative to the repository where it is in it.
std::string ReporterEvents::shown_path(const std::string& file) const {
  const auto path = std::filesystem::path(file).lexically_relative(root_).string();
  return path.empty() || path.starts_with("..") ? file : path;
}

void ReporterEvents::take_event(std::string_view text) {
  const auto event = Json::parse(text, nullptr, false);
  if (!event.is_object()) return;
  const auto kind = text_of(event, "event");
  if (kind == "begin") version_ = text_of(event, "version");
  if (kind == "error" || kind == "output")
    other_.add(without_colours(text_of(event, "text")) + "\n");
  const auto browser = text_of(event, "project");
  const auto file = shown_path(text_of(event, "file"));
  if (file.empty()) return;
  const auto suite = browser.empty() ? file : fmt::format("{} [{}]", file, browser);
  if (kind == "suite") open_[suite] = false;
  if (kind == "test") begin_test(suite, event);
  if (kind == "group_end") running_.erase(running_key(suite, event));
  if (kind == "end") end_test(suite, event);
  if (kind == "suite_end") end_suite(suite, event);
}

void ReporterEvents::begin_test(const std::string& suite, const Json& event) {
  const Running running{suite, text_of(event, "group"), text_of(event, "title"),
                        shown_path(text_of(event, "file")), line_of(event)};
  running_[running_key(suite, event)] = running;
  if (listener_.on_run) {
    listener_.on_run(suite,
                     running.group.empty() ? running.title : running.group + " › " + running.title);
  }
}

void ReporterEvents::end_test(const std::string& suite_name, const Json& event) {
  TestCase test{.name = text_of(event, "title"), .group = text_of(event, "group")};
  running_.erase(running_key(suite_name, event));
  auto& suite = suite_of(suite_name);
  test.duration = seconds_of(event);
  test.file = shown_path(text_of(event, "file"));
  test.line = line_of(event);
  const auto status = text_of(event, "status");
  const auto expected = text_of(event, "expected");
  test.message = text_of(event, "reason");
  if (status == "skipped") {
    test.outcome = TestOutcome::skipped;
  } else if (status != (expected.empty() ? "passed" : expected)) {
    test.outcome = TestOutcome::failed;
    test.kind = status == "timedOut" ? FailureKind::timeout : kind_of(text_of(event, "kind"));
    if (test.kind == FailureKind::none) test.kind = FailureKind::assertion;
    test.message = status == "passed" ? "passed, and was expected to fail" : "";
  }
  add_errors(test, event);
  test.output += without_colours(text_of(event, "output"));
  test.output = evidence::shortened_output(test.output);
  for (const auto& one : list_of(event, "attachments"))
    test.attachments.push_back({text_of(one, "name"), text_of(one, "type"), text_of(one, "path")});
  if (suite.cases.empty())
    suite.started = evidence::parse_timestamp(text_of(event, "started")).value_or(evidence::Time());
  suite.duration += test.duration;
  if (listener_.on_case) listener_.on_case(suite, test);
  add_case(suite, std::move(test), number_of(event, "retry") > 0);
}

void ReporterEvents::add_errors(TestCase& test, const Json& event) const {
  bool placed = false;
  for (const auto& error : list_of(event, "errors")) {
    const auto text = without_colours(text_of(error, "text"));
    if (test.message.empty()) test.message = first_line(text);
    test.output += text + "\n";
    if (const auto snippet = text_of(error, "snippet"); !snippet.empty())
      test.output += "\n" + without_colours(snippet) + "\n";
    if (placed) continue;
    auto place = TextPlace{text_of(error, "file"), line_of(error)};
    if (is_installed(place.file) || place.line == 0) place = place_in_text(text, root_.string());
    if (place.line == 0) continue;
    test.file = shown_path(place.file);
    test.line = place.line;
    placed = true;
  }
}

// A retry replaces the attempt before it, and keeps what that one left.
void ReporterEvents::add_case(TestSuite& suite, TestCase test, bool retry) {
  const auto [known, added] =
      case_places_.try_emplace(key_of(suite.name, test.group, test.name), suite.cases.size());
  if (!retry || added) {
    known->second = suite.cases.size();
    suite.cases.push_back(std::move(test));
    return;
  }
  auto& before = suite.cases[known->second];
  test.earlier = std::move(before.earlier);
  test.earlier.push_back({before.outcome, before.kind, before.duration, std::move(before.output)});
  test.attachments.insert(test.attachments.begin(), before.attachments.begin(),
                          before.attachments.end());
  before = std::move(test);
}

void ReporterEvents::end_suite(const std::string& name, const Json& event) {
  open_[name] = true;
  auto& suite = suite_of(name);
  if (const auto took = seconds_of(event); took.count() > 0) suite.duration = took;
  TestCase said;
  add_errors(said, event);
  suite.output =
      evidence::shortened_output(said.output + without_colours(text_of(event, "output")));
  if (!said.message.empty()) {
    suite.kind = kind_of(text_of(event, "kind"));
    if (suite.kind == FailureKind::none) suite.kind = FailureKind::setup;
    suite.message = said.line == 0 ? said.message
                                   : fmt::format("{}:{}: {}", said.file, said.line, said.message);
  }
  settle(suite);
  if (listener_.on_suite) listener_.on_suite(TestSuite(suite));
}

void ReporterEvents::settle(TestSuite& suite) const {
  const auto has = [&](TestOutcome outcome) {
    return std::ranges::any_of(suite.cases,
                               [&](const auto& test) { return test.outcome == outcome; });
  };
  suite.outcome = suite.kind != FailureKind::none || has(TestOutcome::failed) ? TestOutcome::failed
                  : has(TestOutcome::passed)                                  ? TestOutcome::passed
                                             : TestOutcome::skipped;
}

void ReporterEvents::end_unfinished(FailureKind kind, std::string_view message) {
  const auto said = other_.text();
  for (const auto& [key, one] : running_) {
    left_unfinished_ = true;
    TestCase test{.name = one.title, .group = one.group, .outcome = TestOutcome::failed};
    test.kind = kind;
    test.message = message;
    test.output = said;
    const auto place = place_in_text(said, root_.string());
    test.file = place.line == 0 ? one.file : place.file;
    test.line = place.line == 0 ? one.line : place.line;
    auto& suite = suite_of(one.suite);
    if (listener_.on_case) listener_.on_case(suite, test);
    suite.cases.push_back(std::move(test));
    open_.try_emplace(one.suite, false);
  }
  running_.clear();
  for (const auto& [name, ended] : open_) {
    auto& suite = suite_of(name);
    const bool told = std::ranges::any_of(
        suite.cases, [](const auto& test) { return test.outcome == TestOutcome::failed; });
    if (ended || told) continue;
    left_unfinished_ = true;
    suite.kind = kind;
    suite.message =
        kind == FailureKind::crash ? "the process ended while its tests ran" : std::string(message);
    suite.output = said;
  }
}

std::vector<TestSuite> ReporterEvents::finish(FailureKind kind, std::string_view message) {
  if (!line_.empty()) take_line(line_);
  line_.clear();
  end_unfinished(kind, message);
  for (auto& suite : suites_) {
    const auto open = open_.find(suite.name);
    if (open != open_.end() && open->second) continue;
    settle(suite);
    if (listener_.on_suite) listener_.on_suite(TestSuite(suite));
  }
  return std::move(suites_);
}

TextPlace place_in_text(std::string_view text, std::string_view root) {
  text = text.substr(0, evidence::kKeptOutput);
  const auto prefix = std::string(root) + "/";
  for (auto at = text.find(prefix); at != std::string_view::npos;
       at = text.find(prefix, at + prefix.size())) {
    const auto rest = text.substr(at + prefix.size(), 4096);
    const auto end = rest.find_first_of(":\"\n)(");
    if (end == std::string_view::npos || end == 0) continue;
    const auto file = rest.substr(0, end);
    // "/root/a.js:3:7", and Python's: File "/root/a.py", line 3
    auto digits = rest.substr(end + 1);
    if (rest[end] == '"' && digits.starts_with(", line ")) digits.remove_prefix(7);
    if (rest[end] != ':' && rest[end] != '"') continue;
    std::uint32_t line = 0;
    for (const char c : digits.substr(0, 7)) {
      if (std::isdigit(static_cast<unsigned char>(c)) == 0) break;
      line = line * 10 + static_cast<std::uint32_t>(c - '0');
    }
    if (line != 0 && !is_installed(file)) return {std::string(file), line};
  }
  return {};
}

}  // namespace crema::testing
