// Whether evidence fulfils a policy, condition by condition.
#pragma once

#include "crema/evidence/record.h"
#include "crema/evidence/style.h"
#include "crema/gate/policy.h"
#include "crema/gate/stage_times.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::gate {

enum class State : std::uint8_t {
  passed,
  failed,
  missing,     // demanded, and nobody looked
  not_looked,  // nobody looked, and nobody demands it
  waived,      // failed, and let pass
};
std::string_view to_text(State state);

struct Row {
  std::string condition;  // "coverage of services/orders"
  std::string wanted;     // ">= 80 %"
  std::string actual;     // "76.21 %"; "" where nobody looked
  State state = State::passed;
  std::string source;                // the job and step it comes from
  std::vector<std::string> details;  // what exactly: functions, tests, findings
};

struct WaiverUse {
  Waiver waiver;
  bool used = false, expired = false;
};

struct Verdict {
  std::vector<Row> rows;
  std::vector<WaiverUse> waivers;
  bool passed() const;
};

// What evidence alone does not tell.
struct ServiceCoverage {
  std::string name;
  evidence::CoverageTotal total;
  std::vector<std::string> uncovered;  // "a.go:12  (*Menu).Price"
};
// How a load run stands beside its baseline by the statistics of both runs' records.
struct LoadComparison {
  enum class Answer : std::uint8_t { fine, worse, undecided, invalid };
  std::string script;
  Answer answer = Answer::undecided;
  std::vector<std::string> details;  // a metric each, or why the two are no pair
};
struct Context {
  std::chrono::year_month_day today{};
  evidence::Time now;
  std::optional<evidence::CoverageTotal> total;  // of what is to be covered at all
  std::vector<ServiceCoverage> services;
  std::optional<evidence::CoverageTotal> fresh;  // of new lines, where that is known
  std::vector<JobTime> jobs;                     // of the run, as far as it has come
  std::optional<std::chrono::nanoseconds> total_time;
  std::vector<evidence::LoadRun> baselines;      // what load runs are compared with, by script
  std::vector<LoadComparison> load_comparisons;  // by script, where both have records
};

Verdict evaluate(const Policy& policy, std::span<const evidence::Record> records,
                 const Context& context);

std::string verdict_text(const Verdict& verdict, const evidence::Style& style);
std::string verdict_markdown(const Verdict& verdict);
std::string verdict_json(const Verdict& verdict);

}  // namespace crema::gate
