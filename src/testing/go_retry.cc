#include "go_retry.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace crema::testing {
namespace {

using evidence::FailureKind;
using evidence::TestOutcome;

// Names become patterns: what is special in a regular expression is not in a name.
std::string as_pattern(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (std::string_view(R"(\.+*?()|[]{}^$)").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::string pattern_of_failed(const evidence::TestSuite& suite) {
  if (suite.outcome != TestOutcome::failed || suite.kind == FailureKind::build) return "";
  std::set<std::string> names;
  for (const auto& test : suite.cases) {
    if (test.outcome == TestOutcome::failed) names.insert(test.name.substr(0, test.name.find('/')));
  }
  std::string pattern;
  for (const auto& name : names) pattern += (pattern.empty() ? "^(" : "|") + as_pattern(name);
  return pattern.empty() ? "" : pattern + ")$";
}

void take_second_run(evidence::TestSuite& suite, const evidence::TestSuite& again) {
  for (const auto& test : again.cases) {
    const auto known = std::ranges::find(suite.cases, test.name, &evidence::TestCase::name);
    if (known == suite.cases.end()) {
      suite.cases.push_back(test);
      continue;
    }
    auto earlier = std::move(known->earlier);
    earlier.push_back({known->outcome, known->kind, known->duration, std::move(known->output)});
    *known = test;
    known->earlier = std::move(earlier);
  }
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

}  // namespace crema::testing
