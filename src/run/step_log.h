// The way from what a process writes to what the world sees: bytes, lines, masks, workflow
// commands, problem matchers, log lines. Nothing unmasked gets past it.
#pragma once

#include "line_splitter.h"
#include "masking.h"
#include "problem_matcher.h"

#include "crema/evidence/event.h"
#include "crema/sys/host.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace crema::run {

// What workflow commands do to the step. Values come unmasked: they are for the step, not for a
// log.
class CommandHandler {
 public:
  virtual ~CommandHandler() = default;
  virtual void set_output(std::string_view name, std::string value) = 0;
  virtual void save_state(std::string_view name, std::string value) = 0;
  virtual void set_variable(std::string_view name, std::string value) = 0;
  virtual void add_path(std::string_view folder) = 0;
  // The matchers of a file, relative to the workspace; the step fails with the Diagnostic.
  virtual Result<std::vector<ProblemMatcher>> load_matchers(std::string_view file) = 0;
  // Whether ACTIONS_ALLOW_UNSECURE_COMMANDS lets `set-env` and `add-path` work.
  virtual bool unsecure_commands_allowed() const = 0;
  // A command that could not be obeyed fails the step, whatever its exit code.
  virtual void command_failed() = 0;
};

struct StepLogOptions {
  evidence::JobIndex job = 0;
  evidence::StepIndex step = 0;
  std::string workspace;
  bool debug = false;  // whether ::debug:: lines are shown
  bool echo = false;   // whether commands are shown (::echo::on)
};

// Used by one thread. The listener, masker, matchers and handler outlive it.
class StepLog {
 public:
  StepLog(StepLogOptions options, const sys::Clock& clock, evidence::RunListener& listener,
          Masker& masker, ProblemMatchers& matchers, CommandHandler& handler);
  ~StepLog() { finish(); }
  StepLog(const StepLog&) = delete;
  StepLog& operator=(const StepLog&) = delete;

  void feed(std::string_view bytes);  // of a process
  void finish();                      // the process has ended: its last line may lack a break

  // crema's own lines: masked, never taken for commands. Several lines are several lines.
  void write(evidence::LineKind kind, std::string_view text);
  // The same, told together with the lines that follow.
  void queue(evidence::LineKind kind, std::string_view text);
  void open_group(std::string_view title) { write(evidence::LineKind::group, title); }
  void close_group() { write(evidence::LineKind::end_group, ""); }

  // An annotation and its log line. Beyond ten of a level only the line is kept, as on GitHub.
  void annotate(evidence::Annotation annotation);

 private:
  void take_line(std::string_view raw);
  bool take_command(std::string_view raw);
  void obey(const struct WorkflowCommand& command, std::string_view raw);
  void obey_annotation(const struct WorkflowCommand& command, evidence::AnnotationLevel level);
  void obey_unsecure(const struct WorkflowCommand& command, std::string_view name);
  void command_error(std::string_view text);
  void push(evidence::LineKind kind, std::string_view text);
  void flush();

  StepLogOptions options_;
  const sys::Clock& clock_;
  evidence::RunListener& listener_;
  Masker& masker_;
  ProblemMatchers& matchers_;
  CommandHandler& handler_;
  LineSplitter splitter_;
  std::string stop_token_;  // commands are off until ::TOKEN::
  std::array<int, 3> annotations_{};
  std::vector<evidence::LogLine> batch_;
  std::string batch_text_;  // the lines of the batch, one after the other
  std::vector<std::size_t> batch_ends_;
  std::string mask_buffer_, utf8_buffer_;
};

}  // namespace crema::run
