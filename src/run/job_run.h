// Runs one job: its place, its steps one after the other, what they left to do, its outputs. Lives
// in the job's own thread. Reference: actions/runner JobRunner, JobExtension, StepsRunner.
#pragma once

#include "plan.h"
#include "post_step.h"
#include "run_facts.h"
#include "step.h"
#include "step_files.h"

#include "crema/sys/spare_files.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace crema::run {

class BackgroundSteps;
class JobJournal;

// How the run's driver stops a job, from another thread.
struct JobControl {
  std::stop_source cancel;   // the job is cancelled: always() steps still run
  std::stop_source abandon;  // its time for those is over as well
};

// One listener for a job whose steps may run in several threads.
class JobListener : public evidence::RunListener {
 public:
  explicit JobListener(evidence::RunListener& inner) : inner_(inner) {}
  void on_event(const evidence::Event& event) override {
    const std::lock_guard lock(mutex_);
    inner_.on_event(event);
  }
  void on_log(JobIndex job, evidence::StepIndex step,
              std::span<const evidence::LogLine> lines) override {
    const std::lock_guard lock(mutex_);
    inner_.on_log(job, step, lines);
  }

 private:
  std::mutex mutex_;
  evidence::RunListener& inner_;
};

class JobRun {
 public:
  JobRun(RunFacts& facts, const Leg& leg, JobControl& control);
  ~JobRun();

  JobResult run();

  // What steps need of their job.
  RunFacts& facts() { return facts_; }
  const Leg& leg() const { return leg_; }
  Place& place() { return *place_; }
  JobListener& listener() { return listener_; }
  JobControl& control() { return control_; }
  ProblemMatchers& matchers() { return matchers_; }
  StepFilePool& files() { return *files_; }
  const sys::Clock& clock() const { return *facts_.services.host.clock; }
  const std::string& workspace() const { return workspace_; }
  const std::string& default_shell() const { return default_shell_; }
  const std::string& default_directory() const { return default_directory_; }
  const sys::Environment& fixed_environment() const { return fixed_environment_; }
  std::filesystem::path new_script(std::string_view ending);
  Result<> write_script(const std::filesystem::path& file, std::string_view text);

  Outcome status() const { return status_.load(); }
  void mark_cancelled() { status_ = Outcome::cancelled; }
  workflow::StepStatusView status_view(const Level& level) const;
  // Fills the workspace before the first step that could look at it.
  Result<> need_workspace(StepLog& log);
  void tell_started(evidence::StepIndex index, const std::string& id, const std::string& name);
  void tell_finished(evidence::StepIndex index, const StepEnd& end, Outcome conclusion);
  void remark(std::string_view code, std::string_view message);

 private:
  friend class BackgroundSteps;
  friend class JobJournal;

  void set_up(StepLog& log);
  Result<> open_place(StepLog& log);
  Result<> set_up_contexts();
  Result<> set_up_variables();
  void set_up_fixed_environment();
  void say_machine(StepLog& log);
  void refresh_job_context();
  void run_services();
  void run_steps();
  void run_one(const workflow::Step& step, evidence::StepIndex index);
  void finish_step(StepFrame& frame, const workflow::Step& step, const StepVerdict& verdict);
  void keep_posts(const StepFrame& frame, std::vector<PostStep> posts);
  void run_posts();
  void run_post_group(const PostGroup& group);
  void complete(StepLog& log);
  void evaluate_outputs(StepLog& log);
  void close_place();
  void fold(Outcome conclusion);
  template <class Body>
  void own_step(const std::string& name, Body body);

  RunFacts& facts_;
  const Leg& leg_;
  JobControl& control_;
  JobListener listener_;
  std::unique_ptr<Place> place_;
  std::unique_ptr<StepFilePool> files_;
  std::unique_ptr<sys::SpareFiles> spare_;
  std::unique_ptr<BackgroundSteps> background_;
  std::unique_ptr<JobJournal> journal_;
  ProblemMatchers matchers_;
  JobVariables variables_;
  Level level_;
  std::string workspace_, default_shell_, default_directory_;
  sys::Environment fixed_environment_;
  std::atomic<Outcome> status_{Outcome::success};
  std::mutex workspace_mutex_;
  bool workspace_ready_ = false;
  std::atomic<std::uint64_t> scripts_{0};
  evidence::StepIndex next_index_ = 0;
  std::vector<PostGroup> posts_;
  expr::Value services_;                     // job.services
  Outcome shown_status_ = Outcome::success;  // the one job.status has
  bool ready_ = false;                       // set up, its steps may run
  JobResult result_;
};

}  // namespace crema::run
