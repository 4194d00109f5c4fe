#include "schedule.h"

#include "call.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::run {
namespace {

using expr::Value;

constexpr std::string_view kRunCancelled = "the run was cancelled";

std::span<const store::JobRecord> earlier_jobs(const RunRequest& request) {
  if (!request.resume) return {};
  return request.resume->jobs;
}

const workflow::Job* find_job(const workflow::Workflow& workflow, std::string_view id) {
  const auto found = std::ranges::find_if(
      workflow.jobs, [&](const auto& job) { return equals_ignore_case(job.id, id); });
  return found == workflow.jobs.end() ? nullptr : &*found;
}

bool has_strategy(const workflow::Job& job) {
  return !job.strategy.matrix.is_null() || !job.strategy.whole.is_null();
}

Value outputs_value(const Outputs& outputs) {
  expr::Object object;
  for (const auto& [name, value] : outputs) object.set(name, Value(value));
  return Value(std::move(object));
}

// The rule of matrix outputs: a later leg's non-empty value replaces an earlier one's.
void merge_outputs(Outputs& into, const Outputs& from) {
  for (const auto& [name, value] : from) {
    const auto known = std::ranges::find(into, name, &Outputs::value_type::first);
    if (known == into.end()) {
      into.emplace_back(name, value);
    } else if (!value.empty()) {
      known->second = value;
    }
  }
}

bool ended(const WorkflowRun& run) {
  return std::ranges::all_of(run.nodes,
                             [](const auto& node) { return node->state == Node::State::ended; });
}

// The result of several jobs or legs together.
class Verdict {
 public:
  void add(Outcome outcome) {
    failed_ = failed_ || outcome == Outcome::failure;
    cancelled_ = cancelled_ || outcome == Outcome::cancelled;
    succeeded_ = succeeded_ || outcome == Outcome::success;
  }
  Outcome outcome() const {
    if (failed_) return Outcome::failure;
    if (cancelled_) return Outcome::cancelled;
    return succeeded_ ? Outcome::success : Outcome::skipped;
  }

 private:
  bool failed_ = false, cancelled_ = false, succeeded_ = false;
};

}  // namespace

Schedule::Schedule(ScheduleFacts facts)
    : facts_(std::move(facts)), numbers_(earlier_jobs(facts_.request)) {}

Schedule::~Schedule() = default;

Result<> Schedule::plan() {
  const auto& workflow = *facts_.request.workflow;
  std::vector<std::string> pending = facts_.request.jobs;
  for (const auto& id : pending) {
    if (find_job(workflow, id) != nullptr) continue;
    std::vector<std::string> known;
    known.reserve(workflow.jobs.size());
    for (const auto& job : workflow.jobs) known.push_back(job.id);
    Diagnostic unknown =
        make_error("run/no-such-job", fmt::format("{} has no job '{}'", workflow.path, id));
    unknown.hint = "choose one of: " + join(known, ", ");
    return crema::fail(std::move(unknown));
  }
  while (!pending.empty()) {
    const auto* job = find_job(workflow, pending.back());
    pending.pop_back();
    if (job == nullptr || !selected_.insert(job->id).second || !facts_.request.with_needs) continue;
    pending.insert(pending.end(), job->needs.begin(), job->needs.end());
  }
  root_.workflow = &workflow;
  root_.inputs = facts_.request.inputs.is_null() ? Value(expr::Object{}) : facts_.request.inputs;
  root_.secrets = facts_.secrets;
  plan_nodes(root_);
  return {};
}

bool Schedule::selected(const workflow::Job& job) const {
  return selected_.empty() || selected_.contains(job.id);
}

void Schedule::plan_nodes(WorkflowRun& run) {
  const auto scope = base_scope(run);
  for (const auto& job : run.workflow->jobs) {
    if (run.caller == nullptr && !selected(job)) continue;
    auto node = std::make_unique<Node>();
    node->job = &job;
    node->parent = &run;
    node->placeholder = has_strategy(job) || job.call.has_value();
    // A name that needs what is not known yet is shown once it is.
    const auto name = workflow::instance_name(job, {}, scope, run.name_prefix);
    node->name =
        name ? *name : (run.name_prefix.empty() ? job.id : run.name_prefix + " / " + job.id);
    node->index = numbers_.next(run.id_prefix + job.id, node->name, node->placeholder);
    run.nodes.push_back(std::move(node));
  }
  for (const auto& planned : run.nodes) {
    auto& node = *planned;
    std::vector<JobIndex> needs;
    for (const auto& id : node.job->needs) {
      const auto found = std::ranges::find_if(
          run.nodes, [&](const auto& other) { return equals_ignore_case(other->job->id, id); });
      if (found == run.nodes.end()) continue;
      node.needs.push_back(found->get());
      needs.push_back((*found)->index);
    }
    facts_.tell(evidence::JobPlanned{
        .job = node.index,
        .id = run.id_prefix + node.job->id,
        .name = node.name,
        .needs = std::move(needs),
        .expands = node.placeholder,
        .expanded_from = run.caller == nullptr ? -1 : static_cast<std::int64_t>(run.caller->index),
    });
  }
}

expr::Scope Schedule::base_scope(const WorkflowRun& run) const {
  expr::Scope scope;
  scope.contexts["github"] = facts_.github;
  scope.contexts["inputs"] = run.inputs;
  scope.contexts["vars"] = facts_.variables;
  return scope;
}

expr::Scope Schedule::node_scope(const Node& node) const {
  auto scope = base_scope(*node.parent);
  expr::Object needs;
  for (const auto& id : node.job->needs) {
    const auto need = std::ranges::find_if(
        node.needs, [&](const Node* other) { return equals_ignore_case(other->job->id, id); });
    // What was left out by the user's choice counts as done.
    const bool known = need != node.needs.end();
    needs.set(id,
              Value(expr::Object{
                  {"result", Value(evidence::to_text(known ? (*need)->result : Outcome::success))},
                  {"outputs", outputs_value(known ? (*need)->outputs : Outputs{})}}));
  }
  scope.contexts["needs"] = Value(std::move(needs));
  return scope;
}

workflow::StatusView Schedule::status_view(const Node& node) const {
  workflow::StatusView view;
  view.direct = node.job->needs;
  view.run_cancelled = node.parent->cancelled;
  std::set<const Node*> seen;
  std::vector<const Node*> pending(node.needs.begin(), node.needs.end());
  for (std::size_t i = 0; i < pending.size(); ++i) {
    if (!seen.insert(pending[i]).second) continue;
    view.ancestors.emplace_back(pending[i]->job->id, to_status(pending[i]->result));
    pending.insert(pending.end(), pending[i]->needs.begin(), pending[i]->needs.end());
  }
  return view;
}

void Schedule::fail_node(Node& node, const Diagnostic& diagnostic) {
  facts_.tell(evidence::Remark{.job = node.index,
                               .severity = Severity::error,
                               .code = diagnostic.code,
                               .message = diagnostic.message});
  end_node(node, {.outcome = Outcome::failure, .outputs = {}, .reason = diagnostic.message}, true);
}

void Schedule::decide(Node& node) {
  const auto scope = node_scope(node);
  const auto decision = workflow::decide_job(*node.job, scope, status_view(node));
  if (!decision) return fail_node(node, decision.error());
  if (decision->runs) return expand(node, scope);
  if (node.parent->cancelled) {
    return end_node(node, {Outcome::cancelled, {}, node.parent->cancel_reason}, true);
  }
  end_node(node, {Outcome::skipped, {}, decision->why()}, true);
}

bool Schedule::filtered_out(const workflow::Instance& instance) const {
  if (instance.matrix.kind() != expr::Kind::object) return false;
  return std::ranges::any_of(facts_.request.matrix, [&](const auto& wanted) {
    const auto* value = instance.matrix.as_object().find(wanted.first);
    return value != nullptr && value->to_text() != wanted.second;
  });
}

void Schedule::expand(Node& node, const expr::Scope& scope) {
  auto expansion = workflow::expand_strategy(*node.job, scope);
  if (!expansion) return fail_node(node, expansion.error());
  node.expansion = std::move(*expansion);
  node.state = Node::State::expanded;
  const bool only =
      node.expansion.instances.size() == 1 && node.expansion.instances[0].matrix.is_null();
  for (const auto& instance : node.expansion.instances) {
    if (!filtered_out(instance)) add_leg(node, scope, instance, only);
  }
  if (node.legs.empty()) {
    end_node(node, {Outcome::skipped, {}, "no leg of its matrix has the values asked for"}, true);
  }
}

void Schedule::add_leg(Node& node, const expr::Scope& scope, workflow::Instance instance,
                       bool only) {
  node.legs.push_back(std::make_unique<Leg>());
  auto& leg = *node.legs.back();
  auto& run = *node.parent;
  leg.node = &node;
  leg.id = run.id_prefix + node.job->id;
  leg.instance = std::move(instance);
  leg.scope = scope;
  leg.scope.contexts["strategy"] = workflow::strategy_context(node.expansion, leg.instance);
  leg.scope.contexts["matrix"] = leg.instance.matrix;
  auto name = workflow::instance_name(*node.job, leg.instance, leg.scope, run.name_prefix);
  leg.name = name ? *name : leg.id;
  leg.index = only ? node.index : numbers_.next(leg.id, leg.name, node.job->call.has_value());
  std::vector<JobIndex> needs;
  if (only) {
    for (const auto* need : node.needs) needs.push_back(need->index);
  }
  facts_.tell(evidence::JobPlanned{
      .job = leg.index,
      .id = leg.id,
      .name = leg.name,
      .needs = std::move(needs),
      .expands = node.job->call.has_value(),
      .expanded_from = !only                   ? static_cast<std::int64_t>(node.index)
                       : run.caller == nullptr ? -1
                                               : static_cast<std::int64_t>(run.caller->index)});
  const auto fail_leg = [&](const Diagnostic& diagnostic) {
    facts_.tell(evidence::Remark{.job = leg.index,
                                 .severity = Severity::error,
                                 .code = diagnostic.code,
                                 .message = diagnostic.message});
    end_leg(leg, {Outcome::failure, {}, diagnostic.message}, true);
  };
  if (!name) return fail_leg(name.error());
  auto settings = workflow::evaluate_settings(*node.job, leg.scope);
  if (!settings) return fail_leg(settings.error());
  leg.settings = std::move(*settings);
  if (node.job->call) return;
  if (const auto why = facts_.unsupported ? facts_.unsupported(leg) : ""; !why.empty()) {
    if (facts_.request.unsupported == Unsupported::skip) {
      return end_leg(leg, {Outcome::skipped, {}, "not supported: " + why}, true);
    }
    return fail_leg(make_error("run/not-supported", "not supported: " + why));
  }
  reuse(leg);
}

// A job that succeeded in the attempt that is gone on with keeps its result, unless something it
// needs had to run again.
void Schedule::reuse(Leg& leg) {
  if (!facts_.request.resume) return;
  if (!std::ranges::all_of(leg.node->needs, [](const Node* need) { return need->reused; })) return;
  const auto& jobs = facts_.request.resume->jobs;
  const auto record = std::ranges::find(jobs, leg.index, &store::JobRecord::index);
  if (record == jobs.end() || record->result != Outcome::success) return;
  if (!record->outputs.empty()) {
    facts_.tell(evidence::OutputsSet{.job = leg.index, .outputs = record->outputs});
  }
  leg.reused = true;
  end_leg(leg, {Outcome::success, record->outputs, "it succeeded in an earlier attempt"}, true);
}

void Schedule::end_node(Node& node, const JobResult& result, bool tell_it) {
  node.state = Node::State::ended;
  node.result = result.outcome;
  node.reason = result.reason;
  node.reused = std::ranges::all_of(node.needs, [](const Node* need) { return need->reused; }) &&
                std::ranges::all_of(node.legs, [](const auto& leg) { return leg->reused; }) &&
                result.outcome != Outcome::failure;
  if (!tell_it) return;
  facts_.tell(
      evidence::JobFinished{.job = node.index, .result = result.outcome, .reason = result.reason});
}

void Schedule::end_leg(Leg& leg, JobResult result, bool tell_it) {
  leg.state = Leg::State::ended;
  leg.result = std::move(result);
  ++ended_legs_;
  leave_group(leg);
  auto& node = *leg.node;
  merge_outputs(node.outputs, leg.result.outputs);
  if (tell_it) {
    facts_.tell(evidence::JobFinished{
        .job = leg.index, .result = leg.result.outcome, .reason = leg.result.reason});
  }
  const bool fails_fast = leg.result.outcome == Outcome::failure &&
                          !leg.settings.continue_on_error && node.expansion.fail_fast &&
                          node.expansion.instances.size() > 1 && !node.failed_fast;
  if (!fails_fast) return;
  node.failed_fast = true;
  for (const auto& other : node.legs) {
    if (other.get() != &leg) cancel_leg(*other, fmt::format("'{}' failed (fail-fast)", leg.name));
  }
}

// A leg that fails while its siblings are still being made must cancel those too.
bool Schedule::settle_node(Node& node) {
  if (node.failed_fast) {
    for (const auto& leg : node.legs) {
      if (leg->state == Leg::State::ready) cancel_leg(*leg, "a sibling failed (fail-fast)");
    }
  }
  if (!std::ranges::all_of(node.legs,
                           [](const auto& leg) { return leg->state == Leg::State::ended; })) {
    return false;
  }
  Verdict verdict;
  for (const auto& leg : node.legs) {
    const bool forgiven =
        leg->result.outcome == Outcome::failure && leg->settings.continue_on_error;
    verdict.add(forgiven ? Outcome::success : leg->result.outcome);
  }
  const bool own_event = node.legs.empty() || node.legs[0]->index != node.index;
  end_node(node, {verdict.outcome(), {}, ""}, own_event);
  return true;
}

void Schedule::settle(WorkflowRun& run) {
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto& node : run.nodes) {
      if (node->state == Node::State::waiting &&
          std::ranges::all_of(node->needs,
                              [](const Node* need) { return need->state == Node::State::ended; })) {
        decide(*node);
        changed = true;
      }
      if (node->state != Node::State::expanded) continue;
      for (const auto& leg : node->legs) {
        if (leg->called == nullptr || leg->state != Leg::State::running) continue;
        settle(*leg->called);
        if (ended(*leg->called)) close_call(*leg);
      }
      changed = settle_node(*node) || changed;
    }
  }
}

void Schedule::cancel_leg(Leg& leg, const std::string& reason) {
  if (leg.cancelled || leg.state == Leg::State::ended) return;
  leg.cancelled = true;
  if (leg.state == Leg::State::ready) {
    return end_leg(leg, {Outcome::cancelled, {}, reason}, true);
  }
  if (leg.called != nullptr) return cancel_waiting(*leg.called, reason);
  cancellations_.push_back({&leg, reason});
}

void Schedule::cancel_waiting(WorkflowRun& run, const std::string& reason) {
  run.cancelled = true;
  run.cancel_reason = reason;
  for (const auto& node : run.nodes) {
    for (const auto& leg : node->legs) {
      if (leg->state != Leg::State::ready) {
        cancel_leg(*leg, reason);
        continue;
      }
      // Not started yet: it still may, if its condition holds in a cancelled run.
      const auto decision = workflow::decide_job(*node->job, node_scope(*node), status_view(*node));
      if (!decision || !decision->runs) cancel_leg(*leg, reason);
    }
  }
}

void Schedule::cancel() {
  if (!root_.cancelled) cancel_waiting(root_, std::string(kRunCancelled));
}

void Schedule::finish(Leg& leg, JobResult result) { end_leg(leg, std::move(result), false); }

bool Schedule::done() const { return ended(root_); }

Outcome Schedule::result() const {
  Verdict verdict;
  for (const auto& node : root_.nodes) verdict.add(node->result);
  if (root_.cancelled) verdict.add(Outcome::cancelled);
  const auto outcome = verdict.outcome();
  return outcome == Outcome::skipped ? Outcome::success : outcome;
}

}  // namespace crema::run
