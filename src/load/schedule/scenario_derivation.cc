// The shortcuts vus, duration, iterations and stages as a scenario.
#include "option_input.h"

#include "crema/load/schedule/options_reading.h"

#include <fmt/format.h>

#include <optional>

namespace crema::load {
namespace {

std::optional<std::int64_t> written_vus(const Options& options) {
  if (!options.vus.written()) return std::nullopt;
  return options.vus;
}

bool has_stages(const Options& options) { return options.stages && !options.stages->empty(); }

// Tells of two options that cannot be together, and whether there are such.
bool conflict(std::string_view a, bool with, std::string_view b, Problems& problems) {
  if (!with) return false;
  Diagnostic problem = option_error(
      "load/option-conflict", fmt::format("`{}` and `{}` cannot be set at the same time", a, b));
  problem.hint = fmt::format("leave out `{}` or `{}`", a, b);
  add_problem(problems, std::move(problem));
  return true;
}

void set_default_scenario(Options& options, Scenario scenario) {
  options.scenarios = Scenarios{{"default", std::move(scenario)}};
}

void derive_iterations(Options& options) {
  set_default_scenario(options, {.executor = ExecutorKind::shared_iterations,
                                 .vus = written_vus(options),
                                 .iterations = options.iterations,
                                 .max_duration = options.duration});
}

void derive_duration(Options& options, Problems& problems) {
  if (options.duration <= Nanoseconds(0)) {
    add_problem(problems, option_error("load/option", "`duration` must be more than 0"));
    return;
  }
  set_default_scenario(options, {.executor = ExecutorKind::constant_vus,
                                 .vus = written_vus(options),
                                 .duration = options.duration});
}

void derive_stages(Options& options) {
  set_default_scenario(options, {.executor = ExecutorKind::ramping_vus,
                                 .start_vus = written_vus(options),
                                 .stages = options.stages});
}

// As k6 does since 2.1: users alone do one iteration each.
void derive_vus(Options& options, Problems& problems) {
  if (options.scenarios) {
    add_problem(problems, make_warning("load/option-override", "`vus` replaces the scenarios"));
  }
  options.iterations = options.vus;
  set_default_scenario(
      options,
      {.executor = ExecutorKind::shared_iterations, .vus = options.vus, .iterations = options.vus});
}

void derive_nothing(Options& options, Problems& problems) {
  const auto warn = [&](std::string_view key) {
    add_problem(
        problems,
        make_warning("load/option", fmt::format("`{}` is empty: one iteration by one user", key)));
  };
  if (options.stages) warn("stages");
  if (options.scenarios) warn("scenarios");
  set_default_scenario(options, {.executor = ExecutorKind::per_vu_iterations});
}

// Who said what runs: a derived scenario is as written as what it comes from. When nobody did, it
// is no default all the same: it is shown, and nothing overrides it.
OptionSource derived_source(const Options& options) {
  for (const auto* numbers : {&options.iterations, &options.vus}) {
    if (numbers->written()) return numbers->source;
  }
  if (options.duration.written()) return options.duration.source;
  return options.stages.written() ? options.stages.source : OptionSource::script;
}

}  // namespace

void derive_scenarios(Options& options, Problems& problems) {
  const bool scenarios = options.scenarios.has_value();
  const bool stages = has_stages(options);
  const OptionSource source = scenarios ? options.scenarios.source : derived_source(options);
  if (options.iterations) {
    if (conflict("iterations", stages, "stages", problems) ||
        conflict("iterations", scenarios, "scenarios", problems)) {
      return;
    }
    derive_iterations(options);
  } else if (options.duration) {
    if (conflict("duration", stages, "stages", problems) ||
        conflict("duration", scenarios, "scenarios", problems)) {
      return;
    }
    derive_duration(options, problems);
  } else if (stages) {
    if (conflict("stages", scenarios, "scenarios", problems)) return;
    derive_stages(options);
  } else if (options.vus.written() && !options.stages) {
    derive_vus(options, problems);
  } else if (!scenarios || options.scenarios->empty()) {
    derive_nothing(options, problems);
  }
  options.scenarios.source = source;
}

}  // namespace crema::load
