#include "retry.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace crema::testing {
namespace {

using evidence::FailureKind;
using evidence::TestCase;
using evidence::TestOutcome;
using evidence::TestSuite;

using Key = std::pair<std::string_view, std::string_view>;
Key key_of(const TestCase& test) { return {test.group, test.name}; }

}  // namespace

std::string as_pattern(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (std::string_view(R"(\.+*?()|[]{}^$)").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string pattern_of(std::span<const std::string> names) {
  std::string pattern;
  for (const auto& name : names) pattern += (pattern.empty() ? "^(" : "|") + as_pattern(name);
  return pattern.empty() ? "" : pattern + ")$";
}

std::string pattern_of_failed(const TestSuite& suite) {
  if (suite.outcome != TestOutcome::failed || suite.kind == FailureKind::build) return "";
  std::set<std::string> names;
  for (const auto& test : suite.cases) {
    if (test.outcome == TestOutcome::failed) names.insert(test.name.substr(0, test.name.find('/')));
  }
  return pattern_of(std::vector<std::string>(names.begin(), names.end()));
}

void take_second_run(TestSuite& suite, const TestSuite& again) {
  std::map<Key, std::size_t> known;
  for (std::size_t i = 0; i < suite.cases.size(); ++i) known.try_emplace(key_of(suite.cases[i]), i);
  std::vector<TestCase> added;
  for (const auto& test : again.cases) {
    const auto place = known.find(key_of(test));
    if (place == known.end()) {
      added.push_back(test);
      continue;
    }
    auto& before = suite.cases[place->second];
    auto earlier = std::move(before.earlier);
    earlier.push_back({before.outcome, before.kind, before.duration, std::move(before.output)});
    known.erase(place);  // its key is a view of what is replaced now
    before = test;
    before.earlier = std::move(earlier);
  }
  std::ranges::move(added, std::back_inserter(suite.cases));
  suite.duration += again.duration;
  const bool failed = std::ranges::any_of(
      suite.cases, [](const auto& test) { return test.outcome == TestOutcome::failed; });
  if (!failed && again.outcome != TestOutcome::failed) {
    suite.outcome = TestOutcome::passed;
    suite.kind = FailureKind::none;
    suite.message.clear();
    suite.output.clear();
  }
}

Result<> run_failed_again(
    std::vector<TestSuite>& suites, unsigned rounds,
    const std::function<Result<std::vector<TestSuite>>(std::span<const TestSuite>)>& run) {
  const auto failed = [](const TestCase& test) { return test.outcome == TestOutcome::failed; };
  for (unsigned round = 0; round < rounds; ++round) {
    std::vector<TestSuite> asked;
    for (const auto& suite : suites) {
      if (suite.outcome != TestOutcome::failed || suite.kind != FailureKind::none) continue;
      auto some = suite;
      std::erase_if(some.cases, [&](const auto& test) { return !failed(test); });
      if (!some.cases.empty()) asked.push_back(std::move(some));
    }
    if (asked.empty()) break;
    auto again = CREMA_TRY(run(asked));
    for (auto& second : again) {
      const auto first = std::ranges::find(asked, second.name, &TestSuite::name);
      const auto suite = std::ranges::find(suites, second.name, &TestSuite::name);
      if (first == asked.end()) continue;
      std::set<Key> wanted;
      for (const auto& test : first->cases) wanted.insert(key_of(test));
      std::erase_if(second.cases, [&](const auto& test) { return !wanted.contains(key_of(test)); });
      take_second_run(*suite, second);
    }
  }
  return {};
}

}  // namespace crema::testing
