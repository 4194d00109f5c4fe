#include "job_run.h"

#include "background.h"
#include "job_journal.h"
#include "step_evidence.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::run {

using evidence::LineKind;
using expr::Value;

JobRun::JobRun(RunFacts& facts, const Leg& leg, JobControl& control)
    : facts_(facts),
      leg_(leg),
      control_(control),
      listener_(facts.services.listener),
      background_(std::make_unique<BackgroundSteps>(*this)),
      journal_(std::make_unique<JobJournal>(*this)),
      services_(expr::Object{}) {}

JobRun::~JobRun() = default;

JobResult JobRun::run() {
  own_step("Set up job", [&](StepLog& log) { set_up(log); });
  if (ready_) {
    run_services();
    run_steps();
    run_posts();
  }
  own_step("Complete job", [&](StepLog& log) { complete(log); });
  result_.outcome = status();
  close_place();
  return std::move(result_);
}

template <class Body>
void JobRun::own_step(const std::string& name, Body body) {
  const auto index = next_index_++;
  tell_started(index, "", name);
  const auto before = status();
  {
    StepOutput output(*this, index, matchers_);
    body(output.log);
  }
  const bool failed = before != Outcome::failure && status() == Outcome::failure;
  StepEnd end;
  if (failed) end = {Outcome::failure, 0, result_.reason};
  tell_finished(index, end, end.outcome);
}

void JobRun::tell_started(evidence::StepIndex index, const std::string& id,
                          const std::string& name) {
  listener_.on_event({facts_.now(), evidence::StepStarted{
                                        .job = leg_.index, .step = index, .id = id, .name = name}});
}

void JobRun::tell_finished(evidence::StepIndex index, const StepEnd& end, Outcome conclusion) {
  listener_.on_event({facts_.now(), evidence::StepFinished{.job = leg_.index,
                                                           .step = index,
                                                           .outcome = end.outcome,
                                                           .conclusion = conclusion,
                                                           .exit_code = end.exit_code,
                                                           .reason = end.reason}});
}

void JobRun::remark(std::string_view code, std::string_view message) {
  listener_.on_event({facts_.now(), evidence::Remark{.job = leg_.index,
                                                     .severity = Severity::note,
                                                     .code = std::string(code),
                                                     .message = facts_.masker.mask(message)}});
}

// A cancelled job stays cancelled whatever fails after that (TaskResultUtil.MergeTaskResults).
void JobRun::fold(Outcome conclusion) {
  if (conclusion != Outcome::failure) return;
  auto expected = Outcome::success;
  status_.compare_exchange_strong(expected, Outcome::failure);
}

workflow::StepStatusView JobRun::status_view(const Level& level) const {
  workflow::StepStatusView view;
  view.job = to_status(status());
  if (level.parent != nullptr) {
    const bool cancelled = view.job == workflow::JobStatus::cancelled;
    view.action = cancelled ? workflow::JobStatus::cancelled : to_status(level.action_status);
  }
  return view;
}

Result<> JobRun::need_workspace(StepLog& log) {
  const std::lock_guard lock(workspace_mutex_);
  if (workspace_ready_) return {};
  CREMA_TRY(place_->prepare_workspace(
      [&](std::string_view line) { log.write(LineKind::command, line); }));
  workspace_ready_ = true;
  return {};
}

std::filesystem::path JobRun::new_script(std::string_view ending) {
  return place_->folders().temp / fmt::format("script-{}{}", ++scripts_, ending);
}

Result<> JobRun::write_script(const std::filesystem::path& file, std::string_view text) {
  return spare_->write(file, text);
}

void JobRun::run_services() {
  if (leg_.settings.services.empty()) return;
  own_step("Start services", [&](StepLog& log) {
    auto services = place_->start_services(
        leg_.settings.services, [&](std::string_view line) { log.write(LineKind::output, line); },
        control_.cancel.get_token());
    if (services) {
      services_ = std::move(*services);
      shown_status_ = Outcome::skipped;  // have the context made again
      refresh_job_context();
      return;
    }
    const auto message = facts_.masker.mask(services.error().message);
    log.annotate({.level = evidence::AnnotationLevel::error, .message = message});
    result_.reason = message;
    fold(Outcome::failure);
  });
}

void JobRun::run_steps() {
  const auto& steps = leg_.job().steps;
  const auto base = next_index_;
  next_index_ += static_cast<evidence::StepIndex>(steps.size());
  background_->plan(steps);
  if (background_->needs_final_wait()) ++next_index_;
  for (auto i = journal_->first_step(); i < steps.size(); ++i) {
    if (control_.abandon.stop_requested()) break;
    if (control_.cancel.stop_requested()) mark_cancelled();
    run_one(steps[i], base + static_cast<evidence::StepIndex>(i));
    if (status() == Outcome::success) journal_->save();
  }
  if (background_->needs_final_wait()) {
    background_->final_wait(base + static_cast<evidence::StepIndex>(steps.size()));
  }
  fold(background_->drain());
}

void JobRun::run_one(const workflow::Step& step, evidence::StepIndex index) {
  refresh_job_context();
  if (background_->is_control(step)) return background_->control(step, index);
  if (step.background) return background_->start(step, index);
  StepOutput output(*this, index, matchers_);
  StepFrame frame(*this, level_, output, variables_, index, step.id);
  std::vector<PostStep> posts;
  frame.posts = &posts;
  const auto prepared = prepare(frame, step);
  tell_started(index, step.id, frame.name);
  auto verdict = admit(frame, step, prepared);
  if (!verdict) verdict = run_admitted(frame, step);
  keep_posts(frame, std::move(posts));
  collect_evidence(frame);
  output.log.finish();
  finish_step(frame, step, *verdict);
}

void JobRun::finish_step(StepFrame& frame, const workflow::Step& step, const StepVerdict& verdict) {
  level_.steps.set(step.id, frame.outputs, verdict.end.outcome, verdict.conclusion);
  journal_->note(step, frame.outputs, verdict);
  fold(verdict.conclusion);
  if (status() == Outcome::success) journal_->save();
  tell_finished(frame.index, verdict.end, verdict.conclusion);
}

void JobRun::keep_posts(const StepFrame& frame, std::vector<PostStep> posts) {
  if (posts.empty()) return;
  const bool own = posts.size() == 1 && posts[0].inputs_context.is_null();
  posts_.push_back({.name = "Post " + frame.name,
                    .condition = own ? posts[0].condition : "always()",
                    .steps = std::move(posts)});
}

void JobRun::run_posts() {
  while (!posts_.empty() && !control_.abandon.stop_requested()) {
    if (control_.cancel.stop_requested()) mark_cancelled();
    const auto group = std::move(posts_.back());
    posts_.pop_back();
    run_post_group(group);
  }
}

void JobRun::run_post_group(const PostGroup& group) {
  refresh_job_context();
  const auto index = next_index_++;
  tell_started(index, "", group.name);
  StepOutput output(*this, index, matchers_);
  StepVerdict verdict;
  verdict.end.outcome = verdict.conclusion = Outcome::skipped;
  for (auto post = group.steps.rbegin(); post != group.steps.rend(); ++post) {
    StepFrame frame(*this, level_, output, variables_, index, post->id);
    frame.name = group.name;
    frame.overrides = post->own_environment;
    frame.refresh_environment();
    if (!post->inputs_context.is_null()) {
      frame.scope.contexts["inputs"] = post->inputs_context;
      frame.scope.contexts["steps"] = post->steps_context;
    }
    const auto decision = decide_condition(frame, post->condition);
    StepEnd end;
    if (!decision) {
      end = fail_step(frame, decision.error());
    } else if (decision->runs) {
      const StopLinks links(frame, [&] {
        const auto again = decide_condition(frame, post->condition);
        return again && again->runs;
      });
      end = run_post(frame, *post);
      if (frame.command_failed && end.outcome == Outcome::success) end.outcome = Outcome::failure;
    } else {
      end = {Outcome::skipped, 0, decision->why()};
    }
    if (verdict.end.outcome == Outcome::skipped || end.outcome == Outcome::failure) {
      verdict.end = end;
    }
  }
  verdict.conclusion = verdict.end.outcome;
  output.log.finish();
  fold(verdict.conclusion);
  tell_finished(index, verdict.end, verdict.conclusion);
}

void JobRun::evaluate_outputs(StepLog& log) {
  const auto& token = leg_.job().outputs;
  if (token.is_null()) return;
  auto scope = level_.scope;
  scope.contexts["env"] = variables_.context();
  scope.contexts["steps"] = level_.steps.value();
  auto outputs = workflow::evaluate_strings(token, scope);
  if (!outputs) {
    result_.reason = facts_.masker.mask(outputs.error().message);
    log.annotate({.level = evidence::AnnotationLevel::error, .message = result_.reason});
    return fold(Outcome::failure);
  }
  for (auto& [name, value] : *outputs) {
    if (facts_.masker.contains_secret(value)) {
      log.write(LineKind::warning,
                fmt::format("Skip output '{}' since it may contain secret.", name));
      continue;
    }
    if (value.empty()) continue;
    log.write(LineKind::command, fmt::format("Set output '{}'", name));
    result_.outputs.emplace_back(name, std::move(value));
  }
  if (!result_.outputs.empty()) {
    listener_.on_event(
        {facts_.now(), evidence::OutputsSet{.job = leg_.index, .outputs = result_.outputs}});
  }
}

void JobRun::complete(StepLog& log) {
  if (ready_) {
    refresh_job_context();
    evaluate_outputs(log);
    if (!leg_.settings.environment.empty()) {
      auto scope = level_.scope;
      scope.contexts["env"] = variables_.context();
      scope.contexts["steps"] = level_.steps.value();
      const auto url = workflow::evaluate_environment_url(leg_.job(), scope);
      log.write(LineKind::command,
                fmt::format("Environment: {}{}", leg_.settings.environment,
                            url && !url->empty() ? " at " + *url : std::string()));
    }
  }
  if (place_ == nullptr) return;
  if (status() == Outcome::failure) {
    for (const auto& [service, lines] : place_->service_logs()) {
      log.queue(LineKind::group, "Log of the service " + service);
      log.queue(LineKind::output, lines);
      log.write(LineKind::end_group, "");
    }
  }
  if (const auto killed = place_->close(); killed > 0) {
    log.write(LineKind::command, fmt::format("Ended {} process{} that the job had left running",
                                             killed, killed == 1 ? "" : "es"));
  }
}

void JobRun::close_place() {
  if (place_ == nullptr) return;
  const bool keep = facts_.request.keep_places || result_.outcome != Outcome::success;
  spare_.reset();
  if (!keep) place_->remove();
  place_.reset();
}

}  // namespace crema::run
