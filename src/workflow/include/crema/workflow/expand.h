// From a job as written to the instances that run: matrix, names, conditions, settings. Pure; the
// planner calls it with what is known before a run, the scheduler with what is known when a job's
// needs have ended. Reference: actions/runner WorkflowTemplateEvaluator, MatrixBuilder.
#pragma once

#include "crema/workflow/model.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace crema::workflow {

enum class JobStatus : std::uint8_t { success, failure, cancelled, skipped };
std::string_view to_text(JobStatus status);

// One leg of a job: its matrix values and its place among its siblings.
struct Instance {
  expr::Value matrix;  // null without a matrix
  std::size_t index = 0;
  std::size_t total = 1;
  std::vector<std::string> name_parts;  // what stands in brackets behind the name
};

struct Expansion {
  std::vector<Instance> instances;  // at most 256, in GitHub's order
  bool fail_fast = true;
  std::size_t max_parallel = 0;  // 0: no limit
};

// `scope` needs github, inputs, vars, needs.
Result<Expansion> expand_strategy(const Job& job, const expr::Scope& scope);

// The `strategy` context of an instance.
expr::Value strategy_context(const Expansion& expansion, const Instance& instance);

// "name (a, b)" as GitHub shows it: cut at 100 characters. `prefix` is the caller's name for a job
// in a reusable workflow ("caller / job").
Result<std::string> instance_name(const Job& job, const Instance& instance,
                                  const expr::Scope& scope, std::string_view prefix = {});

struct Concurrency {
  std::string group;  // "" when there is none
  bool cancel_in_progress = false;
  bool queue_all = false;  // `queue: max`
};
Result<Concurrency> evaluate_concurrency(const Token& token, const expr::Scope& scope);

struct ServiceSpec {
  std::string id;
  std::string image;  // "" : skipped, as on GitHub
  std::vector<std::pair<std::string, std::string>> env;
  std::vector<std::string> ports;
  std::vector<std::string> volumes;
  std::string options;
  std::string command;
  std::string entrypoint;
  std::string username, password;  // registry credentials
  Span span;
};

// A job's settings, evaluated for one instance: scope has also strategy and matrix.
struct Settings {
  std::vector<std::string> runs_on;
  std::string runner_group;
  double timeout_minutes = 360;
  double cancel_timeout_minutes = 5;
  bool continue_on_error = false;
  std::string environment;
  std::string environment_url;  // where it is known before the job: see evaluate_environment_url
  Concurrency concurrency;
  std::string container_image;  // "" : none
  ServiceSpec container;        // the whole of `container:`
  std::vector<ServiceSpec> services;
};
Result<Settings> evaluate_settings(const Job& job, const expr::Scope& scope);

// `environment.url`, which may mention what the steps left behind; "" when there is none.
Result<std::string> evaluate_environment_url(const Job& job, const expr::Scope& scope);

// What the status functions look at: the results of all jobs a job depends on, directly or not.
struct StatusView {
  std::vector<std::pair<std::string, JobStatus>> ancestors;  // transitive needs
  std::vector<std::string> direct;                           // `needs` of this job
  bool run_cancelled = false;
};

// success(), failure(), always(), cancelled() of a job-level `if`.
void add_job_status_functions(expr::Scope& scope, const StatusView& view);

struct Decision {
  bool runs = false;
  // One sentence, always: "runs: success() is true", "skipped: needs.lint failed".
  std::string reason;
  std::vector<expr::TraceEntry> trace;

  // The reason without its verdict, for whoever shows that in another way.
  std::string why() const;
};
Result<Decision> decide_job(const Job& job, expr::Scope scope, const StatusView& view);

}  // namespace crema::workflow
