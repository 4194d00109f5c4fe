// The state of a run as its events tell it: what the displays and the final summary draw.
#pragma once

#include "crema/evidence/event.h"
#include "crema/evidence/style.h"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace crema::evidence {

struct StepView {
  StepIndex index = 0;
  std::string id, name;
  std::optional<Time> started, finished;
  Outcome outcome = Outcome::success;
  Outcome conclusion = Outcome::success;
  int exit_code = 0;
  std::string reason;
  std::deque<std::string> tail;  // its last log lines
};

struct JobView {
  std::string id, name;
  std::vector<JobIndex> needs;
  bool expands = false;  // a placeholder whose legs are jobs of their own
  std::int64_t expanded_from = -1;
  std::optional<Time> started, finished;
  std::optional<Outcome> result;
  std::string reason;
  std::map<StepIndex, StepView> steps;

  bool running() const { return started && !result; }
  const StepView* current_step() const;  // the one that started last and has not ended
  const StepView* failed_step() const;   // the first whose conclusion is failure
};

// Not locked: its owner is.
class RunView {
 public:
  // Keeps at most this many last lines of each running step; those of steps that succeed go.
  explicit RunView(std::size_t tail_lines) : tail_lines_(tail_lines) {}

  void apply(const Event& event);
  void add_lines(JobIndex job, StepIndex step, std::span<const LogLine> lines);

  RunStarted run;
  Time started{}, finished{};
  std::optional<RunFinished> end;
  std::vector<JobView> jobs;
  std::vector<Annotation> annotations;
  std::vector<Remark> remarks;
  std::vector<ArtifactSaved> artifacts;
  std::vector<SummaryWritten> summaries;

  // All of them as the workflow has them: legs where their job is written.
  std::vector<JobIndex> workflow_order() const;
  // Jobs that are real, not placeholders for their legs, in that order.
  std::vector<const JobView*> real_jobs() const;
  // The chain of jobs that decided how long the run took, first to last.
  std::vector<const JobView*> critical_path() const;

 private:
  JobView& job(JobIndex index);
  StepView& step(JobIndex job_index, StepIndex index);
  std::size_t tail_lines_;
};

// "critical path lint 0.5s → test (a) 1.0s", with its line break; "" where it is one job.
std::string critical_path_line(const RunView& view, const Style& style);

}  // namespace crema::evidence
