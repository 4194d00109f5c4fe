// What only all options together can tell: whether they make a test.
#include "number_text.h"
#include "option_input.h"

#include "crema/load/schedule/executor.h"
#include "crema/load/schedule/options_reading.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::load {
namespace {

bool is_trend_stat(std::string_view stat) {
  for (const std::string_view known : {"avg", "min", "med", "max", "count"}) {
    if (stat == known) return true;
  }
  if (!stat.starts_with("p(") || !stat.ends_with(')')) return false;
  const auto percent = real_number(stat.substr(2, stat.size() - 3));
  return percent && *percent >= 0 && *percent <= 100;
}

void check_scenario(const Scenario& scenario, const std::vector<std::string>* exported,
                    Problems& problems) {
  const auto place = [&](const std::string& member) {
    std::vector<JsonStep> path = {"scenarios", scenario.name};
    if (!member.empty()) path.emplace_back(member);
    return json_place(scenario.document, path);
  };
  for (const auto& [member, text] : scenario_problems(scenario)) {
    add_problem(problems,
                option_error("load/option", fmt::format("scenario {}: {}", scenario.name, text),
                             place(member)));
  }
  const std::string function = exec_of(scenario);
  if (exported == nullptr || function.empty() ||
      std::find(exported->begin(), exported->end(), function) != exported->end()) {
    return;
  }
  Diagnostic problem = option_error(
      "load/option",
      fmt::format("scenario {}: the script exports no function `{}`", scenario.name, function),
      place("exec"));
  problem.hint = fmt::format("export a function `{}`, or name another one as `exec`", function);
  add_problem(problems, std::move(problem));
}

void check_trend_stats(const Options& options, Problems& problems) {
  if (!options.summary_trend_stats) return;
  for (const std::string& stat : *options.summary_trend_stats) {
    if (is_trend_stat(stat)) continue;
    add_problem(problems, option_error("load/option",
                                       fmt::format("`summaryTrendStats`: \"{}\" is none of avg, "
                                                   "min, med, max, count and p(0) to p(100)",
                                                   stat)));
  }
}

}  // namespace

void check_options(const Options& options, const std::vector<std::string>* exported,
                   Problems& problems) {
  if (const auto striping = striping_of(options); !striping) {
    Diagnostic problem = striping.error();
    problem.exit_code = kInvalidOptions;
    add_problem(problems, std::move(problem));
  }
  if (options.scenarios) {
    for (const auto& [name, scenario] : *options.scenarios) {
      check_scenario(scenario, exported, problems);
    }
  }
  if (options.setup_timeout && *options.setup_timeout <= Nanoseconds(0)) {
    add_problem(problems, option_error("load/option", "`setupTimeout` must be more than 0"));
  }
  check_trend_stats(options, problems);
}

Result<Striping> striping_of(const Options& options) {
  return Striping::make(options.execution_segment.value_or(ExecutionSegment{}),
                        options.execution_segment_sequence.value_or(SegmentSequence{}));
}

}  // namespace crema::load
