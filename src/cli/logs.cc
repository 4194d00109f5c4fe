// `crema logs`: what the steps of a run said, also while they say it.
#include "arguments.h"
#include "output.h"
#include "record_text.h"
#include "run_choice.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <map>
#include <thread>

namespace crema::cli {
namespace {

using evidence::LineKind;
using evidence::Style;
using evidence::Tone;

constexpr std::uint64_t kPage = 4096;
constexpr auto kFollowPause = std::chrono::milliseconds(100);

struct LogsOptions {
  std::string run = "latest", which, format = "text";
  std::uint64_t last = 0;  // only that many lines of each step
  bool follow = false, failed = false, timestamps = false;
};

std::string line_text(const store::StoredLine& line, const LogsOptions& options,
                      const Style& style) {
  std::string out = options.timestamps ? style.paint(Tone::dim, time_text(line.time) + " ") : "";
  switch (line.kind) {
    case LineKind::output:
      return out + line.text;
    case LineKind::command:
    case LineKind::debug:
      return out + style.paint(Tone::dim, line.text);
    case LineKind::group:
      return out +
             style.paint(Tone::bold, fmt::format("{} {}", style.unicode ? "▾" : "v", line.text));
    case LineKind::end_group:
      return "";
    case LineKind::notice:
      return out + style.paint(Tone::blue, "notice: ") + line.text;
    case LineKind::warning:
      return out + style.paint(Tone::yellow, "warning: ") + line.text;
    case LineKind::error:
      return out + style.paint(Tone::red, "error: ") + line.text;
  }
  return out;
}

class LogPrinter {
 public:
  LogPrinter(store::Store& store, const LogsOptions& options, const Style& style)
      : store_(store), options_(options), style_(style) {}

  // Prints what a step said since the last time.
  Result<> step(const store::RunRecord& run, const store::JobRecord& job,
                const store::StepRecord& step) {
    auto& next = next_[{job.index, step.index}];
    if (next == 0 && options_.last != 0) next = CREMA_TRY(skip_to_last(run, job, step));
    while (true) {
      const auto lines = CREMA_TRY(store_.read_log(run.number, job.index, step.index, next, kPage));
      if (lines.empty()) return {};
      if (options_.format == "text" && !(shown_ == std::pair(job.index, step.index) && any_)) {
        print(fmt::format("{}{}\n", any_ ? "\n" : "",
                          style_.paint(Tone::bold, fmt::format("{} {} {}", job.name,
                                                               style_.chevron(), step.name))));
      }
      any_ = true;
      shown_ = {job.index, step.index};
      std::string text;
      for (const auto& line : lines)
        text += options_.format == "json" ? json_line(job, step, line) : text_line(line);
      print(text);
      next += lines.size();
    }
  }

 private:
  std::string text_line(const store::StoredLine& line) const {
    return line.kind == LineKind::end_group ? "" : line_text(line, options_, style_) + "\n";
  }

  static std::string json_line(const store::JobRecord& job, const store::StepRecord& step,
                               const store::StoredLine& line) {
    constexpr std::string_view kKinds[] = {"output", "command", "group",   "end-group",
                                           "debug",  "notice",  "warning", "error"};
    const nlohmann::ordered_json json = {{"job", job.index},
                                         {"step", step.index},
                                         {"time", time_text(line.time)},
                                         {"kind", kKinds[static_cast<std::size_t>(line.kind)]},
                                         {"text", line.text}};
    return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  }

  Result<std::uint64_t> skip_to_last(const store::RunRecord& run, const store::JobRecord& job,
                                     const store::StepRecord& step) {
    const auto count = CREMA_TRY(store_.count_log_lines(run.number, job.index, step.index));
    return count > options_.last ? count - options_.last : 0;
  }

  store::Store& store_;
  const LogsOptions& options_;
  const Style& style_;
  std::map<std::pair<evidence::JobIndex, evidence::StepIndex>, std::uint64_t> next_;
  std::pair<evidence::JobIndex, evidence::StepIndex> shown_;
  bool any_ = false;
};

Result<> print_all(const store::RunRecord& run, const LogsOptions& options, LogPrinter& printer) {
  for (const auto& choice : CREMA_TRY(choose_jobs(run, options.which))) {
    for (const auto& step : choice.job->steps) {
      if (choice.step != nullptr && choice.step != &step) continue;
      if (options.failed && step.conclusion != evidence::Outcome::failure) continue;
      CREMA_TRY(printer.step(run, *choice.job, step));
    }
  }
  return {};
}

}  // namespace

int run_logs(CommandContext& context) {
  LogsOptions options;
  const auto ended = parse_arguments(context, "logs", [&](CLI::App& app) {
    app.add_option("run", options.run, "the run's number; default: the latest");
    app.add_option("job", options.which, "a job, or job/step");
    app.add_flag("--follow,-f", options.follow, "go on until the run ends");
    app.add_flag("--failed", options.failed, "only failed steps");
    app.add_flag("--timestamps,-t", options.timestamps, "the time of each line");
    app.add_option("--lines,-n", options.last, "only the last lines of each step");
    app.add_option("--format", options.format, "text or json")
        ->check(CLI::IsMember({"text", "json"}));
  });
  if (ended) return *ended;
  auto opened = open_run(context.host, options.run);
  if (!opened) return report(opened.error(), context.host);
  const auto style = output_style(context.host);
  LogPrinter printer(*opened->store, options, style);
  while (true) {
    auto run = opened->store->find_run(opened->run.number);
    if (!run) return report(run.error(), context.host);
    if (const auto printed = print_all(*run, options, printer); !printed)
      return report(printed.error(), context.host);
    if (!options.follow || run->state != store::RunState::running) return 0;
    std::this_thread::sleep_for(kFollowPause);
  }
}

}  // namespace crema::cli
