#include "background.h"

#include "job_journal.h"
#include "job_run.h"
#include "step_evidence.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace crema::run {
namespace {

constexpr std::size_t kMostAtOnce = 10;

Outcome worse(Outcome a, Outcome b) {
  const auto rank = [](Outcome outcome) {
    return outcome == Outcome::cancelled ? 2 : outcome == Outcome::failure ? 1 : 0;
  };
  return rank(b) > rank(a) ? b : a;
}

}  // namespace

struct BackgroundSteps::Task {
  const workflow::Step* step = nullptr;
  JobVariables variables;
  ProblemMatchers matchers;
  std::vector<PostStep> posts;
  std::stop_source cancel;
  std::unique_ptr<StepOutput> output;
  std::unique_ptr<StepFrame> frame;
  StepVerdict verdict;
  bool done = false;       // guarded by the owner's lock until it is true
  bool flushed = false;    // somebody waited for it
  bool cancelled = false;  // by a `cancel` step: its end says nothing about the job
  std::jthread thread;     // last: joined before the others go
};

BackgroundSteps::BackgroundSteps(JobRun& job) : job_(job) {}

BackgroundSteps::~BackgroundSteps() {
  for (const auto& task : tasks_) task->cancel.request_stop();
}

bool BackgroundSteps::is_control(const workflow::Step& step) {
  return std::holds_alternative<workflow::WaitStep>(step.action) ||
         std::holds_alternative<workflow::WaitAllStep>(step.action) ||
         std::holds_alternative<workflow::CancelStep>(step.action);
}

void BackgroundSteps::plan(const std::vector<workflow::Step>& steps) {
  std::vector<std::string> open;
  for (const auto& step : steps) {
    if (step.background) open.push_back(step.id);
    if (const auto* wait = std::get_if<workflow::WaitStep>(&step.action)) {
      for (const auto& id : wait->ids) std::erase(open, id);
    }
    if (const auto* cancel = std::get_if<workflow::CancelStep>(&step.action)) {
      std::erase(open, cancel->id);
    }
    if (std::holds_alternative<workflow::WaitAllStep>(step.action)) open.clear();
  }
  needs_final_wait_ = !open.empty();
}

void BackgroundSteps::start(const workflow::Step& step, evidence::StepIndex index) {
  auto& task = *tasks_.emplace_back(std::make_unique<Task>());
  task.step = &step;
  task.variables = job_.variables_;
  task.variables.record_changes();
  task.output = std::make_unique<StepOutput>(job_, index, task.matchers);
  task.frame =
      std::make_unique<StepFrame>(job_, job_.level_, *task.output, task.variables, index, step.id);
  task.frame->posts = &task.posts;
  task.frame->outer_stop = task.cancel.get_token();
  const auto prepared = prepare(*task.frame, step);
  if (auto verdict = admit(*task.frame, step, prepared)) {
    job_.tell_started(index, step.id, task.frame->name);
    task.verdict = std::move(*verdict);
    task.output->log.finish();
    job_.tell_finished(index, task.verdict.end, task.verdict.conclusion);
    task.done = true;
    flush({&task});
    return;
  }
  task.thread = std::jthread([this, &task] { run(task); });
}

void BackgroundSteps::run(Task& task) {
  const auto& control = job_.control();
  bool may_start = false;
  {
    // Made before the lock is taken, so that it is gone only after the lock is.
    const std::stop_callback wake(control.cancel.get_token(), [this] {
      {
        const std::lock_guard lock(mutex_);
      }
      changed_.notify_all();
    });
    std::unique_lock lock(mutex_);
    changed_.wait(lock, task.cancel.get_token(),
                  [&] { return running_ < kMostAtOnce || control.cancel.stop_requested(); });
    may_start = running_ < kMostAtOnce && !task.cancel.stop_requested();
    if (may_start) ++running_;
  }
  auto& frame = *task.frame;
  job_.tell_started(frame.index, task.step->id, frame.name);
  if (may_start) {
    task.verdict = run_admitted(frame, *task.step);
  } else {
    task.verdict = {{Outcome::cancelled, 0, "it was cancelled before it started"},
                    Outcome::cancelled};
  }
  collect_evidence(frame);
  task.output->log.finish();
  job_.tell_finished(frame.index, task.verdict.end, task.verdict.conclusion);
  {
    const std::lock_guard lock(mutex_);
    if (may_start) --running_;
    task.done = true;
  }
  changed_.notify_all();
}

BackgroundSteps::Task* BackgroundSteps::find(const std::string& id) {
  const auto found = std::ranges::find_if(
      tasks_, [&](const auto& task) { return equals_ignore_case(task->step->id, id); });
  return found == tasks_.end() ? nullptr : found->get();
}

std::vector<BackgroundSteps::Task*> BackgroundSteps::unfinished() {
  std::vector<Task*> left;
  for (const auto& task : tasks_) {
    if (!task->flushed) left.push_back(task.get());
  }
  return left;
}

void BackgroundSteps::wait_for(const std::vector<Task*>& tasks, StepLog& log) {
  const auto all_done = [&] {
    return std::ranges::all_of(tasks, [](const Task* task) { return task->done; });
  };
  std::unique_lock lock(mutex_);
  if (changed_.wait(lock, job_.control().cancel.get_token(), all_done)) return;
  log.write(evidence::LineKind::output,
            "The job was cancelled: background steps are cancelled as well");
  lock.unlock();
  for (auto* task : tasks) task->cancel.request_stop();
  lock.lock();
  changed_.wait(lock, all_done);
}

Outcome BackgroundSteps::flush(const std::vector<Task*>& tasks) {
  auto outcome = Outcome::success;
  for (auto* task : tasks) {
    outcome = worse(outcome, task->verdict.conclusion);
    if (task->flushed) continue;
    task->flushed = true;
    job_.variables_.apply_changes_of(task->variables);
    job_.keep_posts(*task->frame, std::move(task->posts));
    job_.level_.steps.set(task->step->id, task->frame->outputs, task->verdict.end.outcome,
                          task->verdict.conclusion);
    job_.journal_->note(*task->step, task->frame->outputs, task->verdict);
  }
  return outcome;
}

void BackgroundSteps::control(const workflow::Step& step, evidence::StepIndex index) {
  run_control(step.id, step_name(step, job_.level_.scope), index, &step);
}

void BackgroundSteps::final_wait(evidence::StepIndex index) {
  run_control("", "Wait for all background steps", index, nullptr);
}

// Without a step it is the wait that stands at the end of a job by itself.
void BackgroundSteps::run_control(const std::string& id, const std::string& name,
                                  evidence::StepIndex index, const workflow::Step* step) {
  job_.tell_started(index, id, name);
  StepVerdict verdict;
  {
    StepOutput output(job_, index, job_.matchers());
    std::vector<Task*> tasks;
    const auto* cancel =
        step == nullptr ? nullptr : std::get_if<workflow::CancelStep>(&step->action);
    if (const auto* wait =
            step == nullptr ? nullptr : std::get_if<workflow::WaitStep>(&step->action)) {
      for (const auto& wanted : wait->ids) {
        if (auto* task = find(wanted)) tasks.push_back(task);
      }
    } else if (cancel != nullptr) {
      if (auto* task = find(cancel->id)) tasks.push_back(task);
    } else {
      tasks = unfinished();
    }
    std::vector<std::string> names;
    names.reserve(tasks.size());
    for (const auto* task : tasks) names.push_back(task->frame->name);
    output.log.write(evidence::LineKind::output,
                     tasks.empty() ? std::string("No background steps remaining to wait for.")
                                   : fmt::format("{} background step(s): {}",
                                                 cancel != nullptr ? "Cancelling" : "Waiting for",
                                                 join(names, ", ")));
    if (cancel != nullptr) {
      for (auto* task : tasks) {
        task->cancelled = true;
        task->cancel.request_stop();
      }
    }
    wait_for(tasks, output.log);
    const auto outcome = flush(tasks);
    for (const auto* task : tasks) {
      output.log.write(
          evidence::LineKind::output,
          fmt::format("  {}: {}", task->frame->name, evidence::to_text(task->verdict.conclusion)));
    }
    if (cancel == nullptr) verdict.end.outcome = outcome;
    verdict.conclusion = verdict.end.outcome;
    if (step != nullptr && verdict.conclusion == Outcome::failure) {
      const auto forgiven =
          workflow::evaluate_boolean(step->continue_on_error, job_.level_.scope, false);
      if (forgiven && *forgiven) verdict.conclusion = Outcome::success;
    }
  }
  if (step != nullptr) {
    job_.level_.steps.set(step->id, {}, verdict.end.outcome, verdict.conclusion);
    job_.journal_->note(*step, {}, verdict);
  }
  job_.fold(verdict.conclusion);
  job_.tell_finished(index, verdict.end, verdict.conclusion);
}

Outcome BackgroundSteps::drain() {
  if (tasks_.empty()) return Outcome::success;
  StepOutput output(job_, 0, job_.matchers());
  wait_for(unfinished(), output.log);
  flush(unfinished());
  auto outcome = Outcome::success;
  for (const auto& task : tasks_) {
    if (task->cancelled && task->verdict.conclusion == Outcome::cancelled) continue;
    outcome = worse(outcome, task->verdict.conclusion);
  }
  return outcome;
}

}  // namespace crema::run
