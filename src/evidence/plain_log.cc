// The display where there is no terminal: every line with its job before it, in whole lines.
#include "displays.h"

#include "crema/base/sync.h"

#include <fmt/format.h>

namespace crema::evidence {
namespace {

constexpr std::size_t kBufferSize = std::size_t{64} * 1024;
constexpr std::size_t kTailLines = 20;

class PlainLog : public RunListener {
 public:
  explicit PlainLog(DisplayOptions options) : options_(std::move(options)) {}
  ~PlainLog() override {
    auto state = state_.lock();
    flush(*state);
  }

  void on_event(const Event& event) override {
    auto state = state_.lock();
    const bool recorded_before = std::holds_alternative<StepFinished>(event.body);
    if (!recorded_before) state->view.apply(event);
    std::visit([&](const auto& body) { tell(*state, body, event.time); }, event.body);
    if (recorded_before) state->view.apply(event);
    flush(*state);
  }

  void on_log(JobIndex job, StepIndex step, std::span<const LogLine> lines) override {
    auto state = state_.lock();
    state->view.add_lines(job, step, lines);
    const std::string prefix = prefix_of(*state, job);
    for (const auto& line : lines) {
      append(*state, prefix, line);
      if (state->buffer.size() > kBufferSize) flush(*state);
    }
    // What a slow step says should be seen while it runs: only a flood is gathered.
    if (lines.size() < 64) flush(*state);
  }

 private:
  struct State {
    RunView view{kTailLines};
    std::string buffer;
  };

  const Style& style() const { return options_.style; }

  std::string prefix_of(const State& state, JobIndex job) const {
    const std::string name = job < state.view.jobs.size() ? state.view.jobs[job].name : "";
    return style().paint(Tone::cyan, name) + style().paint(Tone::dim, " | ");
  }

  void append(State& state, const std::string& prefix, const LogLine& line) const {
    switch (line.kind) {
      case LineKind::output:
        break;
      case LineKind::command:
      case LineKind::debug:
        state.buffer += prefix + style().paint(Tone::dim, line.text) + "\n";
        return;
      case LineKind::group:
        state.buffer += prefix + style().paint(Tone::bold, fmt::format("[{}]", line.text)) + "\n";
        return;
      case LineKind::end_group:
        return;
      case LineKind::notice:
        state.buffer += prefix + style().paint(Tone::blue, "notice: ");
        break;
      case LineKind::warning:
        state.buffer += prefix + style().paint(Tone::yellow, "warning: ");
        break;
      case LineKind::error:
        state.buffer += prefix + style().paint(Tone::red, "error: ");
        break;
    }
    if (line.kind == LineKind::output) state.buffer += prefix;
    state.buffer.append(line.text);
    state.buffer += '\n';
  }

  void tell(State& state, const RunStarted& body, Time) const {
    state.buffer +=
        style().paint(Tone::bold, fmt::format("run {}: {}", body.run,
                                              body.title.empty() ? body.workflow : body.title)) +
        style().paint(Tone::dim, fmt::format("  {}, {} on {} {}", body.path, body.event, body.ref,
                                             body.sha.substr(0, 7))) +
        "\n";
  }
  void tell(State&, const JobPlanned&, Time) const {}
  void tell(State& state, const JobStarted& body, Time) const {
    state.buffer += prefix_of(state, body.job) + style().paint(Tone::bold, "started") + "\n";
  }
  void tell(State& state, const JobFinished& body, Time) const {
    const auto& job = state.view.jobs[body.job];
    if (job.expands && job.result == Outcome::success) return;
    std::string text = fmt::format("{} {}", style().glyph(body.result), to_text(body.result));
    if (job.started && job.finished) text += " in " + duration_text(*job.finished - *job.started);
    if (!body.reason.empty()) text += ": " + body.reason;
    state.buffer += prefix_of(state, body.job) + text + "\n";
  }
  void tell(State& state, const StepStarted& body, Time) const {
    state.buffer += prefix_of(state, body.job) +
                    style().paint(Tone::bold, fmt::format("{} {}", style().chevron(), body.name)) +
                    "\n";
  }
  void tell(State& state, const StepFinished& body, Time time) const {
    const auto& job = state.view.jobs[body.job];
    const auto found = job.steps.find(body.step);
    if (found == job.steps.end()) return;
    const auto& step = found->second;
    if (body.outcome == Outcome::success && body.conclusion == Outcome::success) return;
    std::string text =
        fmt::format("{} {}: {}", style().glyph(body.conclusion), step.name, to_text(body.outcome));
    if (body.outcome == Outcome::failure && body.exit_code != 0)
      text += fmt::format(" (exit code {})", body.exit_code);
    if (step.started && body.outcome != Outcome::skipped)
      text += " after " + duration_text(time - *step.started);
    if (!body.reason.empty()) text += ": " + body.reason;
    if (body.outcome != body.conclusion) text += ", which is allowed here (continue-on-error)";
    state.buffer += prefix_of(state, body.job) + text + "\n";
  }
  void tell(State&, const Annotation&, Time) const {}
  void tell(State&, const SummaryWritten&, Time) const {}
  void tell(State&, const OutputsSet&, Time) const {}
  void tell(State& state, const ArtifactSaved& body, Time) const {
    state.buffer += prefix_of(state, body.job) +
                    fmt::format("artifact {}: {} file{}, {}\n", body.name, body.files,
                                body.files == 1 ? "" : "s", size_text(body.bytes));
  }
  void tell(State& state, const Remark& body, Time) const {
    if (body.severity == Severity::note) return;  // the summary lists them
    state.buffer += style().paint(Tone::yellow, "crema: ") + body.message + "\n";
  }
  void tell(State& state, const RunFinished&, Time) const {
    state.buffer += "\n" + run_summary(state.view, style(), options_.size().first);
  }

  void flush(State& state) {
    if (state.buffer.empty()) return;
    options_.write(state.buffer);
    state.buffer.clear();
  }

  DisplayOptions options_;
  Sync<State> state_;
};

}  // namespace

std::unique_ptr<RunListener> make_plain_log(DisplayOptions options) {
  return std::make_unique<PlainLog>(std::move(options));
}

}  // namespace crema::evidence
