#include "test_past.h"

#include <fmt/format.h>

namespace crema::cli {
namespace {

constexpr std::size_t kRunsLookedAt = 20;

}  // namespace

Result<TestPast> TestPast::read(store::Store& store) {
  TestPast past;
  for (const auto& test : CREMA_TRY(store.test_history(kRunsLookedAt))) {
    auto& rate = past.rates_[{test.project, test.suite, test.name}];
    for (const auto& result : test.results) {
      if (result.outcome == evidence::TestOutcome::skipped) continue;
      ++rate.runs;
      if (result.flaky || result.outcome == evidence::TestOutcome::failed) ++rate.failed;
    }
  }
  return past;
}

std::string TestPast::text(const evidence::TestSuite& suite, const evidence::TestCase& test) const {
  const auto name = test.group.empty() ? test.name : test.group + "\n" + test.name;
  const auto known = rates_.find({suite.project, suite.name, name});
  if (known == rates_.end() || known->second.runs == 0) return "";
  const auto& rate = known->second;
  const auto runs = rate.runs == 1 ? std::string("its last run")
                                   : fmt::format("{}its last {} runs",
                                                 rate.failed == 0 ? "all of " : "", rate.runs);
  if (rate.failed == 0) return "passed in " + runs;
  return rate.runs == 1 ? "failed in " + runs
                        : fmt::format("failed in {} of {}", rate.failed, runs);
}

}  // namespace crema::cli
