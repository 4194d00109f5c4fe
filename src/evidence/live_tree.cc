// The display on a terminal: finished jobs scroll up as one line each, below them the jobs that run
// with their steps and their last lines, and one status line. Each frame is one write, so that
// nothing flickers; between frames nothing is drawn.
#include "displays.h"

#include "crema/base/sync.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <thread>

namespace crema::evidence {
namespace {

constexpr std::size_t kTailKept = 20;  // for the summary
constexpr std::size_t kTailShown = 4;  // below a running step
constexpr auto kFrame = std::chrono::milliseconds(80);

class LiveTree : public RunListener {
 public:
  explicit LiveTree(DisplayOptions options) : options_(std::move(options)) {
    options_.write("\x1b[?25l");
    painter_ = std::jthread([this](const std::stop_token& stop) { paint_until(stop); });
  }

  ~LiveTree() override {
    painter_.request_stop();
    wake_.notify_all();
    painter_.join();
    auto state = state_.lock();
    options_.write(erase(*state) + state->above + "\x1b[?25h");
  }

  void on_event(const Event& event) override {
    auto state = state_.lock();
    if (state->ended) return;
    state->view.apply(event);
    if (const auto* started = std::get_if<RunStarted>(&event.body))
      state->above += headline(*started);
    if (const auto* finished = std::get_if<JobFinished>(&event.body))
      add_finished(*state, finished->job);
    if (const auto* remark = std::get_if<Remark>(&event.body)) {
      if (remark->severity != Severity::note) {
        state->above += style().paint(Tone::yellow, "crema: ") + remark->message + "\n";
      }
    }
    if (std::holds_alternative<RunFinished>(event.body)) {
      state->ended = true;
      std::string last = erase(*state) + state->above + "\n" +
                         run_summary(state->view, style(), options_.size().first);
      state->above.clear();
      options_.write(last);
    }
  }

  void on_log(JobIndex job, StepIndex step, std::span<const LogLine> lines) override {
    auto state = state_.lock();
    state->view.add_lines(job, step, lines);
  }

 private:
  struct State {
    RunView view{kTailKept};
    std::string above;      // finished lines not yet on the screen
    std::size_t drawn = 0;  // lines of the live part on the screen
    std::size_t frame = 0;
    bool ended = false;
  };

  const Style& style() const { return options_.style; }

  std::string headline(const RunStarted& run) const {
    return fmt::format(
        "{} {}  {}\n", style().paint(Tone::bold, run.title.empty() ? run.workflow : run.title),
        style().paint(Tone::dim, fmt::format("run {}", run.run)),
        style().paint(Tone::dim,
                      fmt::format("{} on {} {}", run.event, run.ref, run.sha.substr(0, 7))));
  }

  void add_finished(State& state, JobIndex index) const {
    const auto& job = state.view.jobs[index];
    if (job.expands && job.result == Outcome::success) return;
    std::string line = finished_job_line(job, style(), 40);
    if (const auto* step = job.failed_step(); step != nullptr && job.result == Outcome::failure) {
      line += style().paint(Tone::red, fmt::format("  at {}", step->name));
    }
    state.above += line + "\n";
  }

  static std::string erase(State& state) {
    std::string text;
    if (state.drawn > 0) text = fmt::format("\x1b[{}F\x1b[J", state.drawn);
    state.drawn = 0;
    return text;
  }

  void paint_until(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      auto state = state_.lock();
      if (!state->ended) paint(*state);
      state.wait_for(wake_, kFrame, [&](const State&) { return stop.stop_requested(); });
    }
  }

  void paint(State& state) {
    const auto [columns, rows] = options_.size();
    const auto lines =
        live_lines(state, std::max<std::size_t>(columns, 20), std::max<std::size_t>(rows, 6));
    // Synchronized update: a terminal that knows it shows the frame whole, others ignore it.
    std::string frame = "\x1b[?2026h" + erase(state) + state.above;
    state.above.clear();
    for (const auto& line : lines) frame += line + "\n";
    frame += "\x1b[?2026l";
    state.drawn = lines.size();
    ++state.frame;
    options_.write(frame);
  }

  std::vector<std::string> live_lines(const State& state, std::size_t columns,
                                      std::size_t rows) const {
    const auto now = options_.now();
    std::vector<const JobView*> running;
    std::vector<const JobView*> waiting;
    std::size_t ended = 0;
    std::size_t failed = 0;
    const auto jobs = state.view.real_jobs();
    for (const auto* job : jobs) {
      if (job->result) {
        ++ended;
        failed += job->result == Outcome::failure;
      } else if (job->running()) {
        running.push_back(job);
      } else {
        waiting.push_back(job);
      }
    }
    std::vector<std::string> lines;
    const std::size_t room = rows - 3;  // the status line, the waiting line, one row free
    // Tails shrink before jobs are left out.
    const std::size_t heads = std::min(running.size() * 2, room);
    const std::size_t tail =
        running.empty() ? 0 : std::min(kTailShown, (room - heads) / running.size());
    for (const auto* job : running) {
      if (lines.size() + 2 > room) break;
      add_running(lines, *job, tail, columns, now, state.frame);
    }
    if (!waiting.empty()) lines.push_back(waiting_line(waiting, columns));
    std::string status = fmt::format("{} of {} jobs", ended, jobs.size());
    if (failed > 0) status += ", " + style().paint(Tone::red, fmt::format("{} failed", failed));
    status += fmt::format("  {}", duration_text(now - state.view.started));
    lines.push_back(style().paint(Tone::dim, style().unicode ? "── " : "-- ") + status);
    return lines;
  }

  void add_running(std::vector<std::string>& lines, const JobView& job, std::size_t tail,
                   std::size_t columns, Time now, std::size_t frame) const {
    std::size_t done = 0;
    for (const auto& [index, step] : job.steps) done += step.finished.has_value();
    const std::size_t name_width = std::min<std::size_t>(40, columns - 20);
    std::string name = elide_middle(job.name, name_width, style().unicode);
    name += std::string(name_width - std::min(name_width, display_width(name)), ' ');
    lines.push_back(fmt::format(
        "{} {}  {:>7}  {}", style().running_glyph(frame), style().paint(Tone::bold, name),
        duration_text(now - job.started.value_or(now)),
        style().paint(Tone::dim, fmt::format("{} step{} done", done, done == 1 ? "" : "s"))));
    const auto* step = job.current_step();
    if (step == nullptr) return;
    const auto text =
        fmt::format("{} {}", step->name, duration_text(now - step->started.value_or(now)));
    lines.push_back(fmt::format("    {} {}", style().chevron(),
                                elide_middle(text, columns - 8, style().unicode)));
    const std::size_t shown = std::min(tail, step->tail.size());
    for (std::size_t i = step->tail.size() - shown; i < step->tail.size(); ++i) {
      lines.push_back(fmt::format(
          "      {} {}", style().paint(Tone::dim, style().bar()),
          style().paint(Tone::dim, elide_middle(step->tail[i], columns - 10, style().unicode))));
    }
  }

  std::string waiting_line(const std::vector<const JobView*>& waiting, std::size_t columns) const {
    std::string names;
    for (const auto* job : waiting) {
      if (!names.empty()) names += ", ";
      names += job->name;
    }
    return fmt::format(
        "{} {}", style().waiting_glyph(),
        style().paint(Tone::dim, elide_middle("waiting: " + names, columns - 4, style().unicode)));
  }

  DisplayOptions options_;
  Sync<State> state_;
  std::condition_variable wake_;
  std::jthread painter_;
};

}  // namespace

std::unique_ptr<RunListener> make_live_tree(DisplayOptions options) {
  return std::make_unique<LiveTree>(std::move(options));
}

}  // namespace crema::evidence
