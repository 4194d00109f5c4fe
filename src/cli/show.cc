// `crema show`: one run, whole.
#include "arguments.h"
#include "output.h"
#include "record_text.h"
#include "run_choice.h"

#include "crema/base/strings.h"
#include "crema/evidence/run_view.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <set>

namespace crema::cli {
namespace {

using evidence::Style;
using evidence::Tone;

// What has no result yet is under way while the run is, and was cut off otherwise.
std::string glyph(const std::optional<evidence::Outcome>& outcome, bool started, bool running,
                  const Style& style) {
  if (outcome) return style.glyph(*outcome);
  if (!running) return style.glyph(evidence::Outcome::cancelled);
  return started ? style.running_glyph(0) : style.waiting_glyph();
}

void add_steps(std::string& out, const store::JobRecord& job, bool running, const Style& style) {
  for (const auto& step : job.steps) {
    const auto time = step.started && step.finished
                          ? evidence::duration_text(*step.finished - *step.started)
                          : std::string(running ? "running" : "unfinished");
    out += fmt::format("    {:>2} {} {} {:>8}", step.index,
                       glyph(step.conclusion, true, running, style), padded(step.name, 48), time);
    if (step.exit_code != 0) out += fmt::format("  exit code {}", step.exit_code);
    if (!step.reason.empty()) out += "  " + style.paint(Tone::dim, step.reason);
    out += '\n';
  }
}

std::string_view unfinished_text(const store::JobRecord& job, bool running) {
  if (!running) return "unfinished";
  return job.started ? "running" : "waiting";
}

void add_job(std::string& out, const store::JobRecord& job, bool running, const Style& style) {
  out += fmt::format("  {} {}", glyph(job.result, job.started.has_value(), running, style),
                     style.paint(Tone::bold, job.name));
  if (job.started && job.finished)
    out += "  " + evidence::duration_text(*job.finished - *job.started);
  if (!job.result) out += "  " + style.paint(Tone::yellow, unfinished_text(job, running));
  if (!job.reason.empty()) out += "  " + style.paint(Tone::dim, job.reason);
  out += '\n';
  add_steps(out, job, running, style);
  for (const auto& [name, value] : job.outputs) {
    out += fmt::format("       {} = {}\n", style.paint(Tone::dim, "output " + name),
                       value.substr(0, value.find('\n')));
  }
}

// As much of the run as its critical path is found by.
evidence::RunView view_of(const store::RunRecord& run) {
  evidence::RunView view(0);
  for (const auto& job : run.jobs) {
    view.jobs.push_back({.id = job.id,
                         .name = job.name,
                         .needs = job.needs,
                         .expands = job.expands,
                         .expanded_from = job.expanded_from,
                         .started = job.started,
                         .finished = job.finished,
                         .result = job.result});
  }
  return view;
}

std::string run_text(const store::RunRecord& run, const Style& style) {
  std::string out = fmt::format(
      "{} {} {}\n", state_glyph(run.state, style),
      style.paint(Tone::bold, fmt::format("run {}: {}", run.number,
                                          run.title.empty() ? run.workflow : run.title)),
      store::to_text(run.state));
  out += style.paint(Tone::dim, fmt::format("  {}  {} on {} {}  {}", run.path, run.event, run.ref,
                                            run.sha.substr(0, 7), time_text(run.started)));
  if (run.finished)
    out += style.paint(Tone::dim, "  " + evidence::duration_text(*run.finished - run.started));
  out += "\n\n";
  const auto view = view_of(run);
  for (const auto index : view.workflow_order()) {
    const auto& job = run.jobs[index];
    if (!job.expands || job.result != evidence::Outcome::success)
      add_job(out, job, run.state == store::RunState::running, style);
  }
  out += evidence::critical_path_line(view, style);
  if (!run.annotations.empty()) out += "\n" + style.paint(Tone::bold, "annotations") + "\n";
  constexpr std::string_view kLevels[] = {"notice", "warning", "error"};
  for (const auto& note : run.annotations) {
    std::string place = note.file;
    if (note.line != 0) place += fmt::format(":{}", note.line);
    out += fmt::format("  {} {}{}{}\n", kLevels[static_cast<std::size_t>(note.level)], place,
                       place.empty() ? "" : ": ", note.message);
  }
  for (const auto& summary : run.summaries) {
    out += fmt::format("\n{}\n{}\n",
                       style.paint(Tone::bold, "summary of " + (summary.job < run.jobs.size()
                                                                    ? run.jobs[summary.job].name
                                                                    : "a job")),
                       summary.markdown);
  }
  if (!run.artifacts.empty()) out += "\n" + style.paint(Tone::bold, "artifacts") + "\n";
  for (const auto& artifact : run.artifacts) {
    out += fmt::format("  {}  {} file{}, {}\n", artifact.name, artifact.files,
                       artifact.files == 1 ? "" : "s", evidence::size_text(artifact.bytes));
  }
  std::set<std::string> said;
  for (const auto& remark : run.remarks) {
    if (said.empty()) out += "\n" + style.paint(Tone::bold, "not as on github.com") + "\n";
    if (said.insert(remark.message).second) out += "  - " + remark.message + "\n";
  }
  return out;
}

}  // namespace

int run_show(CommandContext& context) {
  std::string which = "latest";
  std::string format = "text";
  std::string artifact;
  std::string to = ".";
  const auto ended = parse_arguments(context, "show", [&](CLI::App& app) {
    app.add_option("run", which, "the run's number; default: the latest");
    app.add_option("--format", format, "text or json")->check(CLI::IsMember({"text", "json"}));
    app.add_option("--artifact", artifact, "write this artifact's files out");
    app.add_option("--to", to, "the folder for --artifact");
  });
  if (ended) return *ended;
  auto opened = open_run(context.host, which);
  if (!opened) return report(opened.error(), context.host);
  if (!artifact.empty()) {
    auto artifacts = opened->store->artifacts_of(opened->run.number);
    if (!artifacts) return report(artifacts.error(), context.host);
    const auto extracted = (*artifacts)->extract(artifact, context.host.working_directory / to);
    if (!extracted) return report(extracted.error(), context.host);
    print(fmt::format("wrote artifact '{}' of run {} to {}\n", artifact, opened->run.number, to));
    return 0;
  }
  if (format == "json") {
    print(run_json(opened->run, true)
              .dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
          "\n");
  } else {
    print(run_text(opened->run, output_style(context.host)));
  }
  return 0;
}

}  // namespace crema::cli
