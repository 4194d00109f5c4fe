// What happens in a run, as it happens: the one stream that the store records, the terminal draws
// and `--format json` prints. Text in it is masked already: no secret ever enters an Event.
#pragma once

#include "crema/base/diagnostic.h"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace crema::evidence {

using Time = std::chrono::system_clock::time_point;

// GitHub's words: a step has an outcome (before continue-on-error) and a conclusion (after).
enum class Outcome : std::uint8_t { success, failure, cancelled, skipped };
std::string_view to_text(Outcome outcome);

// Jobs count from 0 in the order they became known to the run; steps from 0 within their job, the
// made-up ones ("Set up job", post steps) included.
using JobIndex = std::uint32_t;
using StepIndex = std::uint32_t;

struct RunStarted {
  std::uint64_t run = 0;  // number of the run in its store
  std::string workflow;   // its name
  std::string path;       // its file, relative to the repository
  std::string event;
  std::string ref;
  std::string sha;
  std::string title;  // run-name, evaluated
};
// A job that will run, be skipped, or expand into its legs once its needs have ended.
struct JobPlanned {
  JobIndex job = 0;
  std::string id;    // "call/inner" inside a reusable workflow
  std::string name;  // as shown: "test (1.26)"
  std::vector<JobIndex> needs;
  bool expands = false;  // a placeholder: its instances are planned later and carry `expanded_from`
  std::int64_t expanded_from = -1;
};
struct JobStarted {
  JobIndex job = 0;
};
struct JobFinished {
  JobIndex job = 0;
  Outcome result = Outcome::success;
  std::string reason;  // of a skip or a cancellation, one sentence; "" otherwise
};
struct StepStarted {
  JobIndex job = 0;
  StepIndex step = 0;
  std::string id;
  std::string name;
};
struct StepFinished {
  JobIndex job = 0;
  StepIndex step = 0;
  Outcome outcome = Outcome::success;
  Outcome conclusion = Outcome::success;
  int exit_code = 0;
  std::string reason;  // of a skip, a time-out or an error: one sentence
};
enum class AnnotationLevel : std::uint8_t { notice, warning, error };
struct Annotation {
  JobIndex job = 0;
  StepIndex step = 0;
  AnnotationLevel level = AnnotationLevel::notice;
  std::string message;
  std::string title;
  std::string file;
  std::uint32_t line = 0, end_line = 0, column = 0, end_column = 0;
};
struct SummaryWritten {
  JobIndex job = 0;
  StepIndex step = 0;
  std::string markdown;
};
struct OutputsSet {
  JobIndex job = 0;
  std::vector<std::pair<std::string, std::string>> outputs;
};
struct ArtifactSaved {
  JobIndex job = 0;
  std::string name;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};
// Something the user should know about this run that no step said: a shim, a skipped key, a
// difference from github.com.
struct Remark {
  std::int64_t job = -1;
  Severity severity = Severity::note;
  std::string code;
  std::string message;
};
struct RunFinished {
  Outcome result = Outcome::success;
  bool interrupted = false;
};

struct Event {
  Time time;
  std::variant<RunStarted, JobPlanned, JobStarted, JobFinished, StepStarted, StepFinished,
               Annotation, SummaryWritten, OutputsSet, ArtifactSaved, Remark, RunFinished>
      body;
};

// One line of a step's log.
enum class LineKind : std::uint8_t {
  output,     // what a process wrote
  command,    // what crema runs: the script, its shell and env
  group,      // opens a group: the text is its title
  end_group,  // closes it; no text
  debug,
  notice,
  warning,
  error,
};
struct LogLine {
  Time time;
  LineKind kind = LineKind::output;
  std::string_view text;  // without line break; valid during the call only
};

// Calls come from several threads, one at a time for each job; a listener locks what it shares.
class RunListener {
 public:
  virtual ~RunListener() = default;
  virtual void on_event(const Event& event) = 0;
  virtual void on_log(JobIndex job, StepIndex step, std::span<const LogLine> lines) = 0;
};

// Passes everything on to several listeners, in order.
class Broadcast : public RunListener {
 public:
  void add(RunListener& listener) { listeners_.push_back(&listener); }
  void on_event(const Event& event) override {
    for (auto* listener : listeners_) listener->on_event(event);
  }
  void on_log(JobIndex job, StepIndex step, std::span<const LogLine> lines) override {
    for (auto* listener : listeners_) listener->on_log(job, step, lines);
  }

 private:
  std::vector<RunListener*> listeners_;
};

}  // namespace crema::evidence
