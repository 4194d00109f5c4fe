#include "finding_conditions.h"
#include "load_conditions.h"

#include "crema/gate/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

namespace crema::gate {
namespace {

using evidence::Record;
using evidence::TestOutcome;

std::string source_of(const Record& record) {
  const auto& origin = record.origin;
  if (origin.step.empty()) return origin.job;
  return origin.job + ", " + origin.step;
}

// "a", "a and b", "a and 3 more".
std::string sources_of(const std::set<std::string>& all) {
  if (all.empty()) return "";
  if (all.size() == 1) return *all.begin();
  if (all.size() == 2) return *all.begin() + " and " + *std::next(all.begin());
  return fmt::format("{} and {} more", *all.begin(), all.size() - 1);
}

// Cut, not rounded up: 79.999 is less than 80.
std::string percent(double value) { return fmt::format("{:.2f} %", std::floor(value * 100) / 100); }

std::string plain(double value) {
  return value == std::floor(value) ? fmt::format("{}", static_cast<std::int64_t>(value))
                                    : fmt::format("{}", value);
}

class Evaluation {
 public:
  Evaluation(const Policy& policy, std::span<const Record> records, const Context& context)
      : policy_(policy), records_(records), context_(context) {
    for (const auto& waiver : policy.waivers) {
      verdict_.waivers.push_back(
          {waiver, false,
           std::chrono::sys_days(waiver.until) < std::chrono::sys_days(context.today)});
    }
  }

  Verdict run() {
    judge_tests();
    judge_coverage();
    judge_findings();
    judge_load();
    judge_health();
    judge_images();
    judge_times();
    return std::move(verdict_);
  }

 private:
  bool required(std::string_view kind) const {
    return std::ranges::find(policy_.required, kind) != policy_.required.end();
  }

  // Whether somebody lets it pass; that is then shown.
  bool waived(std::string_view what) {
    for (auto& use : verdict_.waivers) {
      if (use.expired || use.waiver.condition != what) continue;
      use.used = true;
      return true;
    }
    return false;
  }

  void add(Row row, bool fulfilled) {
    row.state = fulfilled ? State::passed : waived(row.condition) ? State::waived : State::failed;
    verdict_.rows.push_back(std::move(row));
  }

  void nobody_looked(std::string condition, std::string wanted, std::string_view kind) {
    Row row{.condition = std::move(condition), .wanted = std::move(wanted)};
    row.state = !required(kind)         ? State::not_looked
                : waived(row.condition) ? State::waived
                                        : State::missing;
    verdict_.rows.push_back(std::move(row));
  }

  template <typename Kind, typename Take>
  std::set<std::string> each(Take take) const {
    std::set<std::string> sources;
    for (const auto& record : records_) {
      if (const auto* kind = std::get_if<Kind>(&record.evidence)) {
        take(*kind);
        sources.insert(source_of(record));
      }
    }
    return sources;
  }

  void judge_tests() {
    evidence::TestCounts counts;
    std::vector<std::string> failed;
    std::uint64_t failures = 0;
    const auto fail_unless_waived = [&](const std::string& name, std::string text) {
      if (waived(name)) return;
      ++failures;
      failed.push_back(std::move(text));
    };
    const auto sources = each<evidence::TestSuite>([&](const evidence::TestSuite& suite) {
      add_to(counts, suite);
      bool by_a_case = false;
      for (const auto& test : suite.cases) {
        if (test.outcome != TestOutcome::failed) continue;
        by_a_case = true;
        fail_unless_waived(test.name, fmt::format("{}  {}", test.name, suite.name));
      }
      if (suite.outcome == TestOutcome::failed && !by_a_case)
        fail_unless_waived(suite.name, fmt::format("{}: {}", suite.name, suite.message));
    });
    const auto at_most = [&](const std::string& what, const std::optional<std::uint64_t>& most,
                             std::uint64_t actual, std::vector<std::string> details) {
      if (!most) return;
      const auto wanted = fmt::format("<= {}", *most);
      if (sources.empty()) return nobody_looked(what, wanted, "tests");
      add({.condition = what,
           .wanted = wanted,
           .actual =
               fmt::format("{} of {}", actual, counts.passed + counts.failed + counts.skipped),
           .source = sources_of(sources),
           .details = std::move(details)},
          actual <= *most);
    };
    at_most("tests failed", policy_.tests_failed, failures, std::move(failed));
    at_most("tests flaky", policy_.tests_flaky, counts.flaky, {});
    at_most("tests skipped", policy_.tests_skipped, counts.skipped, {});
  }

  void judge_percent(const std::string& condition, const std::optional<double>& least,
                     const std::optional<evidence::CoverageTotal>& total,
                     const std::set<std::string>& sources, std::vector<std::string> details) {
    if (!least) return;
    const auto wanted = fmt::format(">= {} %", plain(*least));
    if (!total) return nobody_looked(condition, wanted, "coverage");
    const bool fine = total->statements == 0 || total->percent() >= *least;
    add({.condition = condition,
         .wanted = wanted,
         .actual = total->statements == 0 ? "no code" : percent(total->percent()),
         .source = sources_of(sources),
         .details = fine ? std::vector<std::string>() : std::move(details)},
        fine);
  }

  void judge_coverage() {
    const auto sources = each<evidence::Coverage>([](const evidence::Coverage&) {});
    judge_percent("coverage", policy_.coverage_total,
                  sources.empty() ? std::nullopt : context_.total, sources, {});
    for (const auto& service : context_.services) {
      judge_percent("coverage of " + service.name, policy_.least_coverage_of(service.name),
                    service.total, sources, service.uncovered);
    }
    if (context_.fresh)
      judge_percent("coverage of new lines", policy_.coverage_new, context_.fresh, sources, {});
  }

  void judge_findings() {
    std::vector<const evidence::Scan*> scans;
    std::vector<std::string> incomplete;
    const auto sources = each<evidence::Scan>([&](const evidence::Scan& scan) {
      scans.push_back(&scan);
      if (!scan.complete) incomplete.push_back(fmt::format("{}: {}", scan.scanner, scan.message));
    });
    if (!incomplete.empty()) {
      add({.condition = "scans complete",
           .wanted = "all",
           .actual = fmt::format("{} not", incomplete.size()),
           .source = sources_of(sources),
           .details = std::move(incomplete)},
          false);
    }
    for (auto& [row, fulfilled] :
         finding_conditions(policy_, scans, context_.today,
                            [this](std::string_view what) { return waived(what); })) {
      if (sources.empty()) {
        nobody_looked(row.condition, row.wanted, "findings");
        continue;
      }
      row.source = sources_of(sources);
      add(std::move(row), fulfilled);
    }
  }

  const evidence::LoadRun* baseline_of(const std::string& script) const {
    const auto found = std::ranges::find(context_.baselines, script, &evidence::LoadRun::script);
    return found == context_.baselines.end() ? nullptr : &*found;
  }

  const LoadComparison* comparison_of(const std::string& script) const {
    const auto found =
        std::ranges::find(context_.load_comparisons, script, &LoadComparison::script);
    return found == context_.load_comparisons.end() ? nullptr : &*found;
  }

  void judge_load() {
    const auto runs = each<evidence::LoadRun>([&](const evidence::LoadRun& run) {
      for (auto& [row, fulfilled] :
           load_conditions(run, baseline_of(run.script), comparison_of(run.script), policy_)) {
        if (row.state == State::not_looked)
          verdict_.rows.push_back(std::move(row));
        else
          add(std::move(row), fulfilled);
      }
    });
    const bool wanted = policy_.load_p95 || policy_.load_requests_per_second || policy_.load_errors;
    if (runs.empty() && wanted) nobody_looked("load", "within its limits", "load");
  }

  void judge_health() {
    if (!policy_.health) return;
    std::vector<std::string> ill;
    std::size_t all = 0;
    const auto sources = each<evidence::HealthCheck>([&](const evidence::HealthCheck& check) {
      ++all;
      if (!check.healthy && !waived(check.service))
        ill.push_back(fmt::format("{}  {}  {}", check.service, check.target, check.message));
    });
    if (sources.empty()) return nobody_looked("health", "all", "health");
    const bool fine = ill.empty();
    add({.condition = "health",
         .wanted = "all",
         .actual = fmt::format("{} of {}", all - ill.size(), all),
         .source = sources_of(sources),
         .details = std::move(ill)},
        fine);
  }

  void judge_images() {
    if (!policy_.image_age) return;
    const auto sources = each<evidence::Image>([&](const evidence::Image& image) {
      const auto age = std::chrono::duration_cast<std::chrono::hours>(context_.now - image.created);
      add({.condition = "age of " + image.name,
           .wanted = fmt::format("<= {} days", policy_.image_age->count() / 24),
           .actual = fmt::format("{} days", age.count() / 24),
           .source = image.digest},
          age <= *policy_.image_age);
    });
    if (sources.empty()) nobody_looked("age of images", "", "image");
  }

  // A record of a stage's time says it better than the jobs that look like it.
  StageTime time_of(const std::string& stage) const {
    StageTime time{.stage = stage, .took = {}, .jobs = {}};
    std::set<std::string> sources;
    for (const auto& record : records_) {
      const auto* timing = std::get_if<evidence::Timing>(&record.evidence);
      if (timing == nullptr || timing->stage != stage) continue;
      time.took += timing->duration;
      sources.insert(source_of(record));
    }
    if (!sources.empty()) {
      time.jobs = {sources_of(sources)};
      return time;
    }
    if (stage == "total" && context_.total_time) return {stage, *context_.total_time, {"the run"}};
    for (auto& told : stage_times(context_.jobs, policy_.stages)) {
      if (told.stage != stage) continue;
      time.took = told.took;
      time.jobs = {sources_of({told.jobs.begin(), told.jobs.end()})};
    }
    return time;
  }

  void judge_times() {
    for (const auto& [stage, budget] : policy_.budgets) {
      const auto time = time_of(stage);
      const auto wanted = "<= " + evidence::duration_text(budget);
      if (time.jobs.empty()) {
        // Not every pipeline has every stage.
        if (required("time") && stage == "total") nobody_looked("time of " + stage, wanted, "time");
        continue;
      }
      add({.condition = "time of " + stage,
           .wanted = wanted,
           .actual = evidence::duration_text(time.took),
           .source = time.jobs.front()},
          time.took <= budget);
    }
  }

  const Policy& policy_;
  std::span<const Record> records_;
  const Context& context_;
  Verdict verdict_;
};

}  // namespace

bool Verdict::passed() const {
  return std::ranges::none_of(rows, [](const Row& row) {
    return row.state == State::failed || row.state == State::missing;
  });
}

std::string_view to_text(State state) {
  switch (state) {
    case State::passed:
      return "passed";
    case State::failed:
      return "failed";
    case State::missing:
      return "missing";
    case State::not_looked:
      return "not looked at";
    case State::waived:
      return "waived";
  }
  return "";
}

Verdict evaluate(const Policy& policy, std::span<const Record> records, const Context& context) {
  return Evaluation(policy, records, context).run();
}

}  // namespace crema::gate
