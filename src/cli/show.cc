// `crema show`: one run, whole.
#include "arguments.h"
#include "output.h"
#include "record_text.h"
#include "run_choice.h"

#include "crema/base/strings.h"

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

void add_steps(std::string& out, const store::JobRecord& job, const Style& style) {
  for (const auto& step : job.steps) {
    const auto outcome = step.conclusion.value_or(evidence::Outcome::cancelled);
    const auto time = step.started && step.finished
                          ? evidence::duration_text(*step.finished - *step.started)
                          : std::string("unfinished");
    out += fmt::format("    {:>2} {} {} {:>8}", step.index, style.glyph(outcome),
                       padded(step.name, 48), time);
    if (step.exit_code != 0) out += fmt::format("  exit code {}", step.exit_code);
    if (!step.reason.empty()) out += "  " + style.paint(Tone::dim, step.reason);
    out += '\n';
  }
}

void add_job(std::string& out, const store::JobRecord& job, const Style& style) {
  const auto result = job.result.value_or(evidence::Outcome::cancelled);
  out += fmt::format("  {} {}", style.glyph(result), style.paint(Tone::bold, job.name));
  if (job.started && job.finished)
    out += "  " + evidence::duration_text(*job.finished - *job.started);
  if (!job.result) out += "  " + style.paint(Tone::yellow, "unfinished");
  if (!job.reason.empty()) out += "  " + style.paint(Tone::dim, job.reason);
  out += '\n';
  add_steps(out, job, style);
  for (const auto& [name, value] : job.outputs) {
    out += fmt::format("       {} = {}\n", style.paint(Tone::dim, "output " + name),
                       value.substr(0, value.find('\n')));
  }
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
  for (const auto& job : run.jobs) {
    if (!job.expands || job.result != evidence::Outcome::success) add_job(out, job, style);
  }
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
    return extracted ? 0 : report(extracted.error(), context.host);
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
