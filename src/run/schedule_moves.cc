// The part of the schedule that starts legs: in which order, how many at once, and the groups in
// which only one may run.
#include "call.h"
#include "schedule.h"

#include "crema/workflow/inputs.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::run {

Schedule::Moves Schedule::advance(std::size_t free) {
  Moves moves;
  for (bool changed = true; changed;) {
    changed = false;
    settle(root_);
    std::vector<Leg*> ready;
    collect_ready(root_, ready);
    for (auto* leg : ready) {
      if (leg->state != Leg::State::ready) continue;  // cancelled by one before it
      const bool calls = leg->job().call.has_value();
      if (!calls && moves.start.size() >= free) continue;
      const auto ended = ended_legs_;
      const bool starts = may_start(*leg);
      changed = changed || ended != ended_legs_;  // what waited in its place may free others
      if (!starts) continue;
      leg->state = Leg::State::running;
      if (calls) {
        open_call(*leg);
        changed = true;
      } else {
        moves.start.push_back(leg);
      }
    }
  }
  moves.cancel.swap(cancellations_);
  return moves;
}

void Schedule::collect_ready(WorkflowRun& run, std::vector<Leg*>& ready) {
  for (const auto& node : run.nodes) {
    for (const auto& leg : node->legs) {
      if (leg->state == Leg::State::ready) ready.push_back(leg.get());
      if (leg->state == Leg::State::running && leg->called != nullptr) {
        collect_ready(*leg->called, ready);
      }
    }
  }
}

bool Schedule::may_start(Leg& leg) {
  const auto& node = *leg.node;
  if (node.expansion.max_parallel > 0) {
    const auto running = std::ranges::count_if(
        node.legs, [](const auto& other) { return other->state == Leg::State::running; });
    if (static_cast<std::size_t>(running) >= node.expansion.max_parallel) return false;
  }
  return take_group(leg);
}

// One leg of a group runs and one waits; a later one takes the place of the one that waits, unless
// the group queues them all (GitHub's documentation of concurrency).
bool Schedule::take_group(Leg& leg) {
  const auto& wanted = leg.settings.concurrency;
  if (wanted.group.empty()) return true;
  auto& group = groups_[wanted.group];
  const bool first = group.waiting.empty() || group.waiting.front() == &leg;
  if (group.running == nullptr && first) {
    std::erase(group.waiting, &leg);
    group.running = &leg;
    return true;
  }
  if (std::ranges::find(group.waiting, &leg) != group.waiting.end()) return false;
  // Nobody runs, and the one that waits comes first: its turn is now, this one's after it.
  if (group.running == nullptr) return false;
  const auto superseded = wanted.queue_all ? std::vector<Leg*>{} : group.waiting;
  for (auto* other : superseded) {
    cancel_leg(*other, fmt::format("'{}' took its place in the concurrency group '{}'", leg.name,
                                   wanted.group));
  }
  group.waiting.push_back(&leg);
  if (wanted.cancel_in_progress) {
    cancel_leg(*group.running, fmt::format("'{}' cancels what is in progress in the concurrency "
                                           "group '{}'",
                                           leg.name, wanted.group));
  }
  return false;
}

void Schedule::leave_group(Leg& leg) {
  const auto found = groups_.find(leg.settings.concurrency.group);
  if (found == groups_.end()) return;
  std::erase(found->second.waiting, &leg);
  if (found->second.running == &leg) found->second.running = nullptr;
}

void Schedule::open_call(Leg& leg) {
  const auto& call = *leg.job().call;
  facts_.tell(evidence::JobStarted{.job = leg.index});
  const auto fail_leg = [&](const Diagnostic& diagnostic) {
    facts_.tell(evidence::Remark{.job = leg.index,
                                 .severity = Severity::error,
                                 .code = diagnostic.code,
                                 .message = diagnostic.message});
    end_leg(leg, {Outcome::failure, {}, diagnostic.message}, true);
  };
  if (call.workflow == nullptr) {
    return fail_leg(make_error(
        "run/not-supported",
        fmt::format("not supported: {} is not in this repository, and crema does not download "
                    "workflows",
                    call.reference)));
  }
  const auto inputs = workflow::call_inputs(call, leg.scope);
  if (!inputs) return fail_leg(inputs.error());
  const auto secrets = call_secrets(leg.job(), leg.scope, leg.node->parent->secrets);
  if (!secrets) return fail_leg(secrets.error());
  leg.called = std::make_unique<WorkflowRun>();
  leg.called->workflow = call.workflow.get();
  leg.called->caller = &leg;
  leg.called->id_prefix = leg.id + "/";
  leg.called->name_prefix = leg.name;
  leg.called->inputs = *inputs;
  leg.called->secrets = *secrets;
  leg.called->cancelled = leg.cancelled || leg.node->parent->cancelled;
  leg.called->cancel_reason = leg.node->parent->cancel_reason;
  plan_nodes(*leg.called);
}

void Schedule::close_call(Leg& leg) {
  JobResult result{.outcome = Outcome::skipped, .outputs = {}, .reason = {}};
  const auto any = [&](Outcome outcome) {
    return std::ranges::any_of(leg.called->nodes,
                               [&](const auto& node) { return node->result == outcome; });
  };
  if (any(Outcome::failure)) {
    result.outcome = Outcome::failure;
  } else if (any(Outcome::cancelled)) {
    result.outcome = Outcome::cancelled;
  } else if (any(Outcome::success)) {
    result.outcome = Outcome::success;
  }
  auto outputs = call_outputs(*leg.called, base_scope(*leg.called));
  if (outputs) {
    result.outputs = std::move(*outputs);
    if (!result.outputs.empty()) {
      facts_.tell(evidence::OutputsSet{.job = leg.index, .outputs = result.outputs});
    }
  } else {
    result.outcome = Outcome::failure;
    result.reason = outputs.error().message;
  }
  leg.reused =
      std::ranges::all_of(leg.called->nodes, [](const auto& node) { return node->reused; });
  end_leg(leg, std::move(result), true);
}

std::vector<JobOutcome> Schedule::outcomes() const {
  std::vector<JobOutcome> all;
  const auto collect = [&](const auto& self, const WorkflowRun& run) -> void {
    for (const auto& node : run.nodes) {
      if (node->legs.empty()) {
        all.push_back(
            {node->index, run.id_prefix + node->job->id, node->name, node->result, node->reason});
      }
      for (const auto& leg : node->legs) {
        if (leg->called != nullptr) {
          self(self, *leg->called);
        } else {
          all.push_back({leg->index, leg->id, leg->name, leg->result.outcome, leg->result.reason});
        }
      }
    }
  };
  collect(collect, root_);
  std::ranges::sort(all, {}, &JobOutcome::index);
  return all;
}

}  // namespace crema::run
