// `crema explain`: why a workflow, a job or a step runs or not.
#include "crema/workflow/explain.h"

#include "arguments.h"
#include "output.h"
#include "run_setup.h"

#include "crema/base/strings.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace crema::cli {
namespace {

using evidence::Style;
using evidence::Tone;

std::string value_text(const expr::TraceEntry& part) {
  if (part.certainty == expr::Certainty::unknown) return "known at run time";
  if (part.certainty == expr::Certainty::truth) return part.value.truthy() ? "true" : "false";
  if (part.value.kind() == expr::Kind::string) return "'" + part.value.as_string() + "'";
  if (part.value.is_null()) return "null";
  return part.value.is_primitive() ? part.value.to_text() : expr::to_json(part.value);
}

void draw_condition(std::string& out, const workflow::ConditionForecast& condition,
                    const std::string& indent, const Style& style) {
  out += fmt::format("{}{}\n", indent, condition.reason);
  if (!condition.source.empty())
    out += fmt::format("{}{}\n", indent, style.paint(Tone::dim, "if: " + condition.source));
  if (condition.source.empty()) return;
  for (const auto& part : condition.parts) {
    auto value = value_text(part);
    if (value.size() > 100) value = value.substr(0, 97) + "...";
    out += fmt::format(
        "{}  {}{} = {}\n", indent, std::string(static_cast<std::size_t>(part.depth) * 2, ' '),
        part.text,
        style.paint(part.certainty == expr::Certainty::exact ? Tone::cyan : Tone::yellow, value));
  }
}

void draw_job(std::string& out, const workflow::ExplainedJob& job, const std::string& only,
              const Style& style) {
  if (!only.empty() && !equals_ignore_case(job.id, only)) {
    for (const auto& called : job.called) draw_job(out, called, only, style);
    return;
  }
  out += fmt::format("  {}{}\n", style.paint(Tone::bold, job.id),
                     job.name == job.id ? "" : style.paint(Tone::dim, "  " + job.name));
  draw_condition(out, job.condition, "    ", style);
  for (const auto& step : job.steps) {
    for (const auto& forecast : step.forecasts) {
      // Plain steps are told only when the job was asked for.
      if (only.empty() && forecast.condition.source.empty()) continue;
      out += fmt::format("    {} {}{}\n", style.chevron(), step.name,
                         forecast.instances.empty()
                             ? ""
                             : style.paint(Tone::dim, "  in " + join(forecast.instances, ", ")));
      draw_condition(out, forecast.condition, "        ", style);
    }
  }
  for (const auto& called : job.called) draw_job(out, called, "", style);
}

void draw(const Candidate& candidate, const workflow::Explanation& explanation,
          const std::string& only, const Style& style) {
  std::string out = style.paint(Tone::bold, candidate.loaded.parsed.workflow->path) + "\n";
  out += fmt::format("  {}: {}\n",
                     explanation.trigger.runs
                         ? style.paint(Tone::green, "runs on " + candidate.facts.name)
                         : style.paint(Tone::yellow, "does not run on " + candidate.facts.name),
                     explanation.trigger.reason);
  for (const auto& filter : explanation.trigger.filters) {
    out += fmt::format(
        "    {} {}: {}\n",
        style.glyph(filter.passed ? evidence::Outcome::success : evidence::Outcome::failure),
        filter.filter, filter.reason);
  }
  out += '\n';
  for (const auto& job : explanation.jobs) draw_job(out, job, only, style);
  print(out + "\n");
}

}  // namespace

int run_explain(CommandContext& context) {
  RunOptions options;
  std::string job;
  const auto ended = parse_arguments(context, "explain", [&](CLI::App& app) {
    add_workflow_options(app, options);
    add_event_options(app, options);
    app.add_option("--job,-j", job, "only this job, with all of its steps");
  });
  if (ended) return *ended;
  auto setup = prepare(context.host, options);
  if (!setup) return report(setup.error(), context.host);
  const int code = report(setup->problems, context.host);
  for (const auto& candidate : setup->candidates) {
    const auto explanation = workflow::explain(*candidate.loaded.parsed.workflow, candidate.facts,
                                               planning_scope(candidate, context.host));
    draw(candidate, explanation, job, output_style(context.host));
  }
  return code == 0 ? 0 : static_cast<int>(ExitCode::failed);
}

}  // namespace crema::cli
