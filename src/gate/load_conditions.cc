#include "load_conditions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

namespace crema::gate {
namespace {

using evidence::LoadRun;

std::string plain(double value) {
  return value == std::floor(value) ? fmt::format("{}", static_cast<std::int64_t>(value))
                                    : fmt::format("{}", value);
}
std::string milliseconds(std::chrono::nanoseconds time) {
  return plain(std::round(static_cast<double>(time.count()) / 1e4) / 100);
}

std::optional<std::chrono::nanoseconds> p95_of(const LoadRun& run) {
  const auto found = std::ranges::find(run.percentiles, "p95",
                                       [](const auto& percentile) { return percentile.first; });
  if (found == run.percentiles.end()) return std::nullopt;
  return found->second;
}

class LoadConditions {
 public:
  LoadConditions(const LoadRun& run, const LoadRun* baseline, const LoadComparison* comparison,
                 const Policy& policy)
      : run_(run), baseline_(baseline), comparison_(comparison), policy_(policy) {}

  std::vector<std::pair<Row, bool>> all() {
    if (!run_.valid && policy_.load_valid) add("load of", "a valid run", run_.message, false);
    judge_limits();
    judge_baseline();
    for (const auto& threshold : run_.thresholds) {
      if (!threshold.passed)
        add("threshold of", threshold.metric + ": " + threshold.condition, "failed", false);
    }
    return std::move(rows_);
  }

 private:
  void add(std::string_view condition, std::string wanted, std::string actual, bool fulfilled) {
    rows_.emplace_back(Row{.condition = fmt::format("{} {}", condition, run_.script),
                           .wanted = std::move(wanted),
                           .actual = std::move(actual),
                           .source = run_.script},
                       fulfilled);
  }

  void judge_limits() {
    if (const auto p95 = p95_of(run_); p95 && policy_.load_p95)
      add("p95 of", fmt::format("< {} ms", milliseconds(*policy_.load_p95)),
          milliseconds(*p95) + " ms", *p95 < *policy_.load_p95);
    if (policy_.load_requests_per_second)
      add("requests of", fmt::format(">= {}/s", plain(*policy_.load_requests_per_second)),
          fmt::format("{}/s", plain(std::floor(run_.requests_per_second))),
          run_.requests_per_second >= *policy_.load_requests_per_second);
    if (policy_.load_errors) {
      const auto share = run_.requests == 0 ? 100.0
                                            : 100.0 * static_cast<double>(run_.failed) /
                                                  static_cast<double>(run_.requests);
      add("errors of", fmt::format("< {} %", plain(*policy_.load_errors)),
          fmt::format("{:.2f} %", share), share < *policy_.load_errors);
    }
  }

  void judge_baseline() {
    if (!policy_.load_baseline) return;
    const auto wanted = fmt::format("within {} %", plain(*policy_.load_baseline));
    const auto margin = *policy_.load_baseline / 100;
    if (baseline_ == nullptr) {
      Row row{.condition = "baseline of " + run_.script, .wanted = wanted};
      row.state = State::not_looked;
      rows_.emplace_back(std::move(row), true);
      return;
    }
    if (comparison_ != nullptr && judge_comparison(wanted)) return;
    const auto now = p95_of(run_);
    const auto before = p95_of(*baseline_);
    if (now && before)
      add("p95 beside the baseline of", wanted,
          fmt::format("{} ms, was {} ms", milliseconds(*now), milliseconds(*before)),
          static_cast<double>(now->count()) <= static_cast<double>(before->count()) * (1 + margin));
    add("requests beside the baseline of", wanted,
        fmt::format("{}/s, were {}/s", plain(std::floor(run_.requests_per_second)),
                    plain(std::floor(baseline_->requests_per_second))),
        run_.requests_per_second >= baseline_->requests_per_second * (1 - margin));
  }

  // False where the comparison decides nothing, and the numbers are all there is.
  bool judge_comparison(const std::string& wanted) {
    using Answer = LoadComparison::Answer;
    if (comparison_->answer == Answer::undecided) return false;
    Row row{.condition = "baseline of " + run_.script,
            .wanted = wanted,
            .actual = "no worse",
            .source = run_.script,
            .details = {}};
    if (comparison_->answer != Answer::fine) row.details = comparison_->details;
    if (comparison_->answer == Answer::worse) row.actual = "worse";
    if (comparison_->answer == Answer::invalid) {
      row.actual = "not comparable";
      row.state = State::not_looked;
    }
    rows_.emplace_back(std::move(row), comparison_->answer == Answer::fine);
    return true;
  }

  const LoadRun& run_;
  const LoadRun* baseline_;
  const LoadComparison* comparison_;
  const Policy& policy_;
  std::vector<std::pair<Row, bool>> rows_;
};

}  // namespace

std::vector<std::pair<Row, bool>> load_conditions(const LoadRun& run, const LoadRun* baseline,
                                                  const LoadComparison* comparison,
                                                  const Policy& policy) {
  return LoadConditions(run, baseline, comparison, policy).all();
}

}  // namespace crema::gate
