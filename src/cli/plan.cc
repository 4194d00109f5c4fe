// `crema plan`: the jobs a run would have, drawn as a graph.
#include "crema/workflow/plan.h"

#include "arguments.h"
#include "output.h"
#include "run_setup.h"

#include "crema/base/strings.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace crema::cli {
namespace {

using Json = nlohmann::ordered_json;
using evidence::Style;
using evidence::Tone;
using workflow::Forecast;

std::string forecast_glyph(Forecast forecast, const Style& style) {
  switch (forecast) {
    case Forecast::runs:
    case Forecast::runs_if_all_succeeds:
      return style.paint(Tone::green, style.unicode ? "●" : "*");
    case Forecast::skipped:
    case Forecast::skipped_if_all_succeeds:
      return style.glyph(evidence::Outcome::skipped);
    case Forecast::unknown:
      return style.paint(Tone::yellow, "?");
  }
  return "?";
}

void draw_job(std::string& out, const workflow::PlannedJob& job, int depth, const Style& style) {
  const std::string indent(static_cast<std::size_t>(depth) * 2, ' ');
  std::string line = fmt::format("{}{} {}", indent, forecast_glyph(job.condition.forecast, style),
                                 style.paint(Tone::bold, job.id));
  if (!job.needs.empty())
    line += style.paint(Tone::dim,
                        fmt::format("  {} {}", style.unicode ? "←" : "<-", join(job.needs, ", ")));
  if (!job.calls.empty()) line += style.paint(Tone::dim, "  calls " + job.calls);
  out += line + "\n";
  if (!job.condition.source.empty() || job.condition.forecast != Forecast::runs_if_all_succeeds) {
    if (job.condition.forecast != Forecast::runs)
      out += fmt::format("{}    {}\n", indent, style.paint(Tone::dim, job.condition.reason));
  }
  if (!job.expands_later.empty())
    out += fmt::format("{}    {}\n", indent,
                       style.paint(Tone::yellow, "expands at run time: " + job.expands_later));
  for (const auto& instance : job.instances) {
    const bool alone = job.instances.size() == 1 && instance.name == job.id;
    if (!alone) {
      out += fmt::format("{}    {} {}{}\n", indent, style.unicode ? "├" : "-", instance.name,
                         instance.runs_on.empty()
                             ? ""
                             : style.paint(Tone::dim, "  on " + join(instance.runs_on, ", ")));
    }
    for (const auto& called : instance.called) draw_job(out, called, depth + 3, style);
  }
}

Json job_json(const workflow::PlannedJob& job) {
  Json json = {{"id", job.id},
               {"needs", job.needs},
               {"forecast", workflow::to_text(job.condition.forecast)},
               {"reason", job.condition.reason}};
  if (!job.condition.source.empty()) json["if"] = job.condition.source;
  if (!job.calls.empty()) json["calls"] = job.calls;
  if (!job.expands_later.empty()) json["expandsLater"] = job.expands_later;
  json["instances"] = Json::array();
  for (const auto& instance : job.instances) {
    Json leg = {{"name", instance.name}, {"runsOn", instance.runs_on}};
    if (!instance.instance.matrix.is_null())
      leg["matrix"] = Json::parse(expr::to_json(instance.instance.matrix), nullptr, false);
    if (!instance.environment.empty()) leg["environment"] = instance.environment;
    for (const auto& called : instance.called) leg["jobs"].push_back(job_json(called));
    json["instances"].push_back(leg);
  }
  return json;
}

std::size_t count_instances(const std::vector<workflow::PlannedJob>& jobs) {
  std::size_t count = 0;
  for (const auto& job : jobs) {
    for (const auto& instance : job.instances)
      count += instance.called.empty() ? 1 : count_instances(instance.called);
  }
  return count;
}

void draw(const Candidate& candidate, const workflow::Plan& plan, const Style& style) {
  const auto& path = candidate.loaded.parsed.workflow->path;
  std::string out = style.paint(Tone::bold, plan.name);
  if (plan.name != path) out += style.paint(Tone::dim, "  " + path);
  out += fmt::format("\n{} {}\n\n",
                     candidate.trigger.runs
                         ? style.paint(Tone::green, "runs on " + candidate.facts.name)
                         : style.paint(Tone::yellow, "does not run on " + candidate.facts.name),
                     style.paint(Tone::dim, candidate.trigger.reason));
  for (const auto& job : plan.jobs) draw_job(out, job, 1, style);
  const auto count = count_instances(plan.jobs);
  print(out + fmt::format("\n  {} job{}\n\n", count, count == 1 ? "" : "s"));
}

}  // namespace

int run_plan(CommandContext& context) {
  RunOptions options;
  const auto ended = parse_arguments(context, "plan", [&](CLI::App& app) {
    add_workflow_options(app, options);
    add_event_options(app, options);
    app.add_option("--format", options.format, "text or json")
        ->check(CLI::IsMember({"text", "json"}));
  });
  if (ended) return *ended;
  auto setup = prepare(context.host, options);
  if (!setup) return report(setup.error(), context.host);
  int code = report(setup->problems, context.host);
  Json workflows = Json::array();
  for (const auto& candidate : setup->candidates) {
    const auto plan = workflow::make_plan(*candidate.loaded.parsed.workflow,
                                          planning_scope(candidate, context.host));
    for (const auto& problem : plan.problems) report(std::span(&problem, 1), context.host);
    if (options.format == "text") {
      draw(candidate, plan, output_style(context.host));
      continue;
    }
    Json json = {{"workflow", plan.name},
                 {"path", candidate.loaded.parsed.workflow->path},
                 {"event", candidate.facts.name},
                 {"runs", candidate.trigger.runs},
                 {"reason", candidate.trigger.reason},
                 {"jobs", Json::array()}};
    for (const auto& job : plan.jobs) json["jobs"].push_back(job_json(job));
    workflows.push_back(json);
  }
  if (options.format == "json")
    print(Json{{"workflows", workflows}}.dump(2, ' ', false, Json::error_handler_t::replace) +
          "\n");
  return code == 0 ? 0 : static_cast<int>(ExitCode::failed);
}

}  // namespace crema::cli
