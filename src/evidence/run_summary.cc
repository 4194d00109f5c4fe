// The last thing a run prints.
#include "displays.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace crema::evidence {
namespace {

constexpr std::size_t kAnnotationsShown = 10;
constexpr std::size_t kBarWidth = 24;

std::string_view plural(std::size_t count) { return count == 1 ? "" : "s"; }

// Job ids and step numbers as `crema logs` takes them.
std::string log_address(const JobView& job, const StepView& step) {
  const bool quote = job.name.find(' ') != std::string::npos;
  const auto address = fmt::format("{}/{}", job.name, step.index);
  return quote ? fmt::format("'{}'", address) : address;
}

void add_annotations(std::string& out, const RunView& view, std::size_t job_index,
                     const Style& style) {
  std::size_t shown = 0;
  for (const auto& note : view.annotations) {
    if (note.job != job_index || note.level != AnnotationLevel::error || note.file.empty())
      continue;
    if (++shown > kAnnotationsShown) continue;
    std::string place = note.file;
    if (note.line != 0) place += fmt::format(":{}", note.line);
    if (note.column != 0) place += fmt::format(":{}", note.column);
    out += fmt::format("    {} {}\n", style.paint(Tone::bold, place + ":"),
                       note.message.substr(0, note.message.find('\n')));
  }
  if (shown > kAnnotationsShown) {
    out += fmt::format("    and {} more\n", shown - kAnnotationsShown);
  }
}

void add_failures(std::string& out, const RunView& view, const Style& style, std::size_t columns) {
  for (const auto i : view.workflow_order()) {
    const auto& job = view.jobs[i];
    if (job.result != Outcome::failure || job.expands) continue;
    const auto* step = job.failed_step();
    std::string title = job.name;
    if (step != nullptr) title += fmt::format(" {} {}", style.chevron(), step->name);
    if (step != nullptr && step->exit_code != 0)
      title += fmt::format(" (exit code {})", step->exit_code);
    out += fmt::format("{} {}\n", style.glyph(Outcome::failure), style.paint(Tone::bold, title));
    const std::string& reason =
        step != nullptr && !step->reason.empty() ? step->reason : job.reason;
    if (!reason.empty()) out += fmt::format("    {}\n", reason);
    if (step != nullptr) {
      for (const auto& line : step->tail) {
        if (line == reason) continue;  // said already
        out +=
            fmt::format("    {} {}\n", style.paint(Tone::dim, style.bar()),
                        elide_middle(line, std::max<std::size_t>(columns, 40) - 8, style.unicode));
      }
    }
    add_annotations(out, view, i, style);
    out += '\n';
  }
}

void add_jobs(std::string& out, const RunView& view, const Style& style) {
  const auto jobs = view.real_jobs();
  std::size_t width = 4;
  for (const auto* job : jobs)
    width = std::max(width, std::min<std::size_t>(display_width(job->name), 48));
  const double whole =
      std::max(1e-9, std::chrono::duration<double>(view.finished - view.started).count());
  for (const auto* job : jobs) {
    std::string line = finished_job_line(*job, style, width);
    if (job->started && job->finished) {
      // Where in the run the job stood, as a bar.
      const double begin =
          std::chrono::duration<double>(*job->started - view.started).count() / whole;
      const double end =
          std::chrono::duration<double>(*job->finished - view.started).count() / whole;
      const auto from =
          std::min(static_cast<std::size_t>(std::max(0.0, begin) * kBarWidth), kBarWidth - 1);
      const auto until =
          std::clamp<std::size_t>(std::lround(std::max(0.0, end) * kBarWidth), from + 1, kBarWidth);
      std::string bar(from, ' ');
      for (std::size_t i = from; i < until; ++i) bar += style.unicode ? "━" : "=";
      line += "  " + style.paint(job->result == Outcome::failure ? Tone::red : Tone::dim, bar);
    }
    while (line.ends_with(' ')) line.pop_back();
    out += line + "\n";
  }
  out += '\n';
}

void add_artifacts(std::string& out, const RunView& view, const Style& style) {
  std::string text;
  for (const auto& artifact : view.artifacts) {
    if (!text.empty()) text += ", ";
    text += fmt::format(
        "{} {}", artifact.name,
        style.paint(Tone::dim, fmt::format("({} file{}, {})", artifact.files,
                                           plural(artifact.files), size_text(artifact.bytes))));
  }
  if (!text.empty()) out += fmt::format("{} {}\n", style.paint(Tone::bold, "artifacts"), text);
}

void add_remarks(std::string& out, const RunView& view, const Style& style) {
  std::set<std::string> seen;
  for (const auto& remark : view.remarks) {
    if (!seen.insert(remark.message).second) continue;
    if (seen.size() == 1) out += style.paint(Tone::bold, "not as on github.com") + "\n";
    out += fmt::format(
        "  {} {}\n", style.paint(remark.severity == Severity::note ? Tone::dim : Tone::yellow, "-"),
        remark.message);
  }
}

std::string verdict(const RunView& view, const Style& style) {
  const auto result = view.end ? view.end->result : Outcome::cancelled;
  std::string word = "succeeded";
  if (result == Outcome::failure) word = "failed";
  if (result == Outcome::cancelled)
    word = view.end && view.end->interrupted ? "interrupted" : "cancelled";
  std::map<Outcome, std::size_t> counts;
  for (const auto* job : view.real_jobs()) ++counts[job->result.value_or(Outcome::cancelled)];
  std::string jobs;
  const auto add = [&](Outcome outcome, std::string_view text) {
    if (counts[outcome] == 0) return;
    if (!jobs.empty()) jobs += ", ";
    jobs += fmt::format("{} {}", counts[outcome], text);
  };
  add(Outcome::success, "succeeded");
  add(Outcome::failure, "failed");
  add(Outcome::cancelled, "cancelled");
  add(Outcome::skipped, "skipped");
  const Tone tone = result == Outcome::success   ? Tone::green
                    : result == Outcome::failure ? Tone::red
                                                 : Tone::yellow;
  return fmt::format("{} in {}; jobs: {}\n",
                     style.paint(tone, fmt::format("{} run {} ({}) {}", style.unicode ? "●" : "*",
                                                   view.run.run, view.run.workflow, word)),
                     duration_text(view.finished - view.started), jobs);
}

void add_where_to_look(std::string& out, const RunView& view, const Style& style) {
  if (!view.end || view.end->result == Outcome::success) return;
  const auto add = [&](const std::string& command, std::string_view what) {
    out += fmt::format("  {}  {}\n", style.paint(Tone::cyan, fmt::format("{:<36}", command)),
                       style.paint(Tone::dim, what));
  };
  for (const auto i : view.workflow_order()) {
    const auto& job = view.jobs[i];
    const auto* step = job.expands ? nullptr : job.failed_step();
    if (job.result != Outcome::failure || step == nullptr) continue;
    add(fmt::format("crema logs {} {}", view.run.run, log_address(job, *step)),
        "the whole log of the failed step");
    break;
  }
  add(fmt::format("crema resume {}", view.run.run), "go on from there");
}

}  // namespace

std::string critical_path_line(const RunView& view, const Style& style) {
  const auto path = view.critical_path();
  if (path.size() < 2) return "";
  std::string text;
  for (const auto* job : path) {
    const auto started = job->started, finished = job->finished;
    if (!started || !finished) continue;
    if (!text.empty()) text += fmt::format(" {} ", style.arrow());
    text += fmt::format("{} {}", job->name,
                        style.paint(Tone::dim, duration_text(*finished - *started)));
  }
  return fmt::format("{} {}\n", style.paint(Tone::bold, "critical path"), text);
}

std::string finished_job_line(const JobView& job, const Style& style, std::size_t name_width) {
  const auto result = job.result.value_or(Outcome::cancelled);
  std::string name = elide_middle(job.name, std::max<std::size_t>(name_width, 4), style.unicode);
  name += std::string(name_width - std::min(display_width(name), name_width), ' ');
  if (result == Outcome::skipped) name = style.paint(Tone::dim, name);
  std::string time;
  if (job.started && job.finished) time = duration_text(*job.finished - *job.started);
  std::string line = fmt::format("{} {}  {:>7}", style.glyph(result), name, time);
  if (!job.started && !job.reason.empty()) line += "  " + style.paint(Tone::dim, job.reason);
  return line;
}

std::string run_summary(const RunView& view, const Style& style, std::size_t columns) {
  std::string out;
  add_failures(out, view, style, columns);
  add_jobs(out, view, style);
  out += critical_path_line(view, style);
  add_artifacts(out, view, style);
  add_remarks(out, view, style);
  out += '\n' + verdict(view, style);
  add_where_to_look(out, view, style);
  return out;
}

}  // namespace crema::evidence
