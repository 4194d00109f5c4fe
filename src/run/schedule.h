// Decides which jobs run when. A state machine without threads, clock or processes: the run's
// driver asks it what to start and what to stop, and tells it what ended. A job becomes ready when
// its own needs have ended; there are no stages.
#pragma once

#include "job_numbers.h"
#include "plan.h"

#include "crema/run/run.h"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace crema::run {

// What the schedule is about, and where it tells what it decides by itself (jobs planned, skipped,
// cancelled before they started).
struct ScheduleFacts {
  const RunRequest& request;
  expr::Value github;     // the github context of the run
  expr::Value variables;  // vars
  expr::Value secrets;
  std::function<void(decltype(evidence::Event::body))> tell;
  // Why this machine cannot run a leg ("needs a Windows machine"); "" when it can.
  std::function<std::string(const Leg&)> unsupported;
};

class Schedule {
 public:
  explicit Schedule(ScheduleFacts facts);
  ~Schedule();

  // Makes the graph of the selected jobs. Fails with "run/no-such-job".
  Result<> plan();

  struct Cancellation {
    Leg* leg;
    std::string reason;
  };
  struct Moves {
    std::vector<Leg*> start;           // at most `free`; they count as running from now on
    std::vector<Cancellation> cancel;  // running legs to stop; each is named once
  };
  Moves advance(std::size_t free);

  // A leg that was started has ended. Its JobFinished event is the caller's to tell.
  void finish(Leg& leg, JobResult result);
  // Cancels the run: nothing new starts but jobs whose condition still holds.
  void cancel();

  bool done() const;
  Outcome result() const;
  // Every job that ran or was decided, by index; placeholders that became legs left out.
  std::vector<JobOutcome> outcomes() const;
  const WorkflowRun& root() const { return root_; }

 private:
  struct Group {
    Leg* running = nullptr;
    std::vector<Leg*> waiting;
  };

  void plan_nodes(WorkflowRun& run);
  bool selected(const workflow::Job& job) const;
  expr::Scope base_scope(const WorkflowRun& run) const;
  expr::Scope node_scope(const Node& node) const;
  workflow::StatusView status_view(const Node& node) const;

  void decide(Node& node);
  void expand(Node& node, const expr::Scope& scope);
  void add_leg(Node& node, const expr::Scope& scope, workflow::Instance instance, bool only);
  void reuse(Leg& leg);
  void settle(WorkflowRun& run);
  bool settle_node(Node& node);
  void end_node(Node& node, const JobResult& result, bool tell_it);
  void end_leg(Leg& leg, JobResult result, bool tell_it);
  void cancel_leg(Leg& leg, const std::string& reason);
  void cancel_waiting(WorkflowRun& run, const std::string& reason);

  void open_call(Leg& leg);
  void close_call(Leg& leg);

  void collect_ready(WorkflowRun& run, std::vector<Leg*>& ready);
  bool may_start(Leg& leg);
  bool take_group(Leg& leg);
  void leave_group(Leg& leg);
  bool filtered_out(const workflow::Instance& instance) const;
  void fail_node(Node& node, const Diagnostic& diagnostic);

  ScheduleFacts facts_;
  WorkflowRun root_;
  JobNumbers numbers_;
  std::set<std::string, IgnoreCaseLess> selected_;
  std::map<std::string, Group, IgnoreCaseLess> groups_;
  std::vector<Cancellation> cancellations_;
  std::size_t ended_legs_ = 0;
};

}  // namespace crema::run
