#include "crema/run/run.h"

#include "job_run.h"
#include "run_facts.h"
#include "schedule.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace crema::run {
namespace {

// Drives a schedule: a thread a job, at most as many as there are places, and one that waits.
class Driver {
 public:
  Driver(RunFacts& facts, Schedule& schedule)
      : facts_(facts), schedule_(schedule), places_(places_of(facts.request)) {}

  // Returns whether the run was interrupted.
  bool drive() {
    const auto& stop = facts_.services.stop;
    const std::stop_callback wake(stop, [this] {
      const std::lock_guard lock(mutex_);
      changed_.notify_all();
    });
    std::unique_lock lock(mutex_);
    bool interrupted = false;
    while (true) {
      if ((stop.stop_requested() || aborted_) && !interrupted) {
        interrupted = true;
        schedule_.cancel();
      }
      end_overdue_jobs();
      take_moves();
      if (schedule_.done()) break;
      const auto ready = [&] {
        return finished_ || ((stop.stop_requested() || aborted_) && !interrupted);
      };
      if (const auto next = next_limit()) {
        changed_.wait_until(lock, *next, ready);
      } else {
        changed_.wait(lock, ready);
      }
      finished_ = false;
    }
    lock.unlock();
    jobs_.clear();  // joins
    return interrupted;
  }

  void abort() {
    const std::lock_guard lock(mutex_);
    aborted_ = true;
    changed_.notify_all();
  }

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Job {
    Leg* leg = nullptr;
    JobControl control;
    std::optional<Time> cancel_at, abandon_at;
    std::string cancel_reason;
    bool ended = false;
    std::jthread thread;
  };

  static std::size_t places_of(const RunRequest& request) {
    if (request.parallel > 0) return request.parallel;
    return std::max(1U, std::thread::hardware_concurrency());
  }

  static std::chrono::nanoseconds minutes(double count) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::duration<double, std::ratio<60>>(std::min(count, 1e6)));
  }

  void take_moves() {
    std::erase_if(jobs_, [](const auto& job) { return job->ended; });
    auto moves = schedule_.advance(places_ - std::min(places_, jobs_.size()));
    for (const auto& cancellation : moves.cancel) {
      for (const auto& job : jobs_) {
        if (job->leg == cancellation.leg) cancel(*job, cancellation.reason);
      }
    }
    for (auto* leg : moves.start) start(*leg);
  }

  void start(Leg& leg) {
    auto& job = *jobs_.emplace_back(std::make_unique<Job>());
    job.leg = &leg;
    job.cancel_at = now() + minutes(leg.settings.timeout_minutes);
    job.thread = std::jthread([this, &job] { run(job); });
  }

  void run(Job& job) {
    auto& leg = *job.leg;
    facts_.tell(evidence::JobStarted{.job = leg.index});
    JobResult result;
    try {
      result = JobRun(facts_, leg, job.control).run();
    } catch (const std::exception& exception) {
      result = {Outcome::failure, {}, fmt::format("crema itself failed: {}", exception.what())};
    }
    {
      const std::lock_guard lock(mutex_);
      if (result.outcome == Outcome::cancelled) result.reason = job.cancel_reason;
    }
    facts_.tell(
        evidence::JobFinished{.job = leg.index, .result = result.outcome, .reason = result.reason});
    const std::lock_guard lock(mutex_);
    schedule_.finish(leg, std::move(result));
    job.ended = true;
    finished_ = true;
    changed_.notify_all();
  }

  void cancel(Job& job, const std::string& reason) {
    job.cancel_at.reset();
    job.abandon_at = now() + minutes(job.leg->settings.cancel_timeout_minutes);
    job.cancel_reason = reason;
    job.control.cancel.request_stop();
  }

  void end_overdue_jobs() {
    const auto time = now();
    for (const auto& job : jobs_) {
      if (job->ended) continue;
      if (job->cancel_at && *job->cancel_at <= time) {
        cancel(*job, fmt::format("it ran longer than {} minutes (timeout-minutes)",
                                 job->leg->settings.timeout_minutes));
      }
      if (job->abandon_at && *job->abandon_at <= time) {
        job->abandon_at.reset();
        job->control.abandon.request_stop();
      }
    }
  }

  std::optional<Time> next_limit() const {
    std::optional<Time> next;
    for (const auto& job : jobs_) {
      for (const auto& limit : {job->cancel_at, job->abandon_at}) {
        if (!job->ended && limit && (!next || *limit < *next)) next = limit;
      }
    }
    return next;
  }

  Time now() const { return facts_.services.host.clock->monotonic(); }

  RunFacts& facts_;
  Schedule& schedule_;
  const std::size_t places_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool finished_ = false;
  bool aborted_ = false;
  std::vector<std::unique_ptr<Job>> jobs_;
};

std::string title_of(const RunFacts& facts) {
  const auto& workflow = *facts.request.workflow;
  expr::Scope scope;
  scope.contexts["github"] = facts.github;
  scope.contexts["inputs"] = facts.request.inputs;
  scope.contexts["vars"] = facts.variables;
  const auto title = workflow::evaluate_text(workflow.run_name, scope);
  return title ? facts.masker.mask(*title) : std::string();
}

// What the workflow says that has no effect here: said, never silent.
void say_without_effect(RunFacts& facts) {
  const auto& workflow = *facts.request.workflow;
  const bool permissions =
      workflow.permissions || std::ranges::any_of(workflow.jobs, [](const auto& job) {
        return job.permissions.has_value();
      });
  if (permissions) {
    facts.remark_once("permissions", -1, "run/permissions",
                      "permissions have no effect: there is no GITHUB_TOKEN to limit here");
  }
  if (!workflow.concurrency.is_null()) {
    facts.remark_once("concurrency", -1, "run/concurrency",
                      "the workflow's own concurrency has no effect: runs on this machine do not "
                      "wait for each other");
  }
}

}  // namespace

Result<RunOutcome> execute(const RunRequest& request, RunServices& services) {
  if (request.workflow == nullptr) return fail("run/no-workflow", "there is no workflow to run");
  CREMA_TRY(sys::make_directories(services.recorder.folder()));
  std::unique_ptr<Executor> own;
  if (services.executor == nullptr) own = make_host_executor(services.host);
  Executor& executor = services.executor == nullptr ? *own : *services.executor;

  RunFacts facts(request, services, executor);
  Schedule schedule(
      {.request = request,
       .github = facts.github,
       .variables = facts.variables,
       .secrets = facts.secrets,
       .tell = [&](auto body) { facts.tell(std::move(body)); },
       .unsupported = [&](const Leg& leg) { return executor.unsupported(leg.settings); }});
  const auto text = [&](const char* name) { return facts.github.member(name).to_text(); };
  facts.tell(evidence::RunStarted{.run = services.recorder.number(),
                                  .workflow = text("workflow"),
                                  .path = request.workflow->path,
                                  .event = request.event,
                                  .ref = text("ref"),
                                  .sha = text("sha"),
                                  .title = title_of(facts)});
  const auto planned = schedule.plan();
  if (!planned) {
    facts.tell(evidence::RunFinished{.result = Outcome::failure, .interrupted = false});
    return crema::fail(planned.error());
  }
  say_without_effect(facts);
  Driver driver(facts, schedule);
  facts.abort = [&] { driver.abort(); };
  RunOutcome outcome;
  outcome.interrupted = driver.drive();
  outcome.result = schedule.result();
  outcome.jobs = schedule.outcomes();
  facts.tell(evidence::RunFinished{.result = outcome.result, .interrupted = outcome.interrupted});
  return outcome;
}

}  // namespace crema::run
