#include "crema/report/material.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace crema::report {
namespace {

constexpr std::size_t kRecentRuns = 30;
constexpr std::size_t kResultsOfTest = 30;

using TestKey = std::tuple<std::string, std::string, std::string>;

std::set<TestKey> tests_of(const std::vector<evidence::Record>& records) {
  std::set<TestKey> tests;
  for (const auto& record : records) {
    const auto* suite = std::get_if<evidence::TestSuite>(&record.evidence);
    if (suite == nullptr) continue;
    for (const auto& test : suite->cases) {
      tests.emplace(suite->project, suite->name,
                    test.group.empty() ? test.name : test.group + "\n" + test.name);
    }
  }
  return tests;
}

// A report of an old run does not know what came after it.
Result<std::vector<store::TestHistory>> history_until(store::Store& store, store::RunNumber last,
                                                      const std::set<TestKey>& tests) {
  std::vector<store::TestHistory> known;
  if (tests.empty()) return known;
  for (auto& test : CREMA_TRY(store.test_history(store::kRunsKept))) {
    if (!tests.contains({test.project, test.suite, test.name})) continue;
    std::erase_if(test.results, [last](const auto& result) { return result.run > last; });
    if (test.results.size() > kResultsOfTest) test.results.resize(kResultsOfTest);
    known.push_back(std::move(test));
  }
  return known;
}

Result<std::vector<store::RunRecord>> runs_until(store::Store& store, const store::RunRecord& run) {
  std::vector<store::RunRecord> recent;
  for (auto& other : CREMA_TRY(store.list_runs(store::kRunsKept))) {
    if (other.number <= run.number && other.workflow == run.workflow && other.path == run.path &&
        recent.size() < kRecentRuns)
      recent.push_back(std::move(other));
  }
  std::ranges::reverse(recent);
  return recent;
}

}  // namespace

Result<Material> gather(store::Store& store, const store::RunRecord& run) {
  Material material;
  material.run = run;
  material.records = CREMA_TRY(store.records(run.number));
  material.history = CREMA_TRY(history_until(store, run.number, tests_of(material.records)));
  material.recent = CREMA_TRY(runs_until(store, run));
  return material;
}

}  // namespace crema::report
