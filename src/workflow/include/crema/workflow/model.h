// A workflow as written: immutable after parsing, every value with its place. What can only be
// known at run time stays a Token. Reference: actions/runner src/Sdk/WorkflowParser.
#pragma once

#include "crema/workflow/token.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace crema::workflow {

struct RunStep {
  Token script;
  Token shell;              // null: defaults apply
  Token working_directory;  // null: defaults apply
};

struct UsesStep {
  std::string reference;  // "owner/name@ref", "./path", "$/path", "docker://image"
  Span span;
  Token with;
};

struct WaitStep {
  std::vector<std::string> ids;
};
struct WaitAllStep {};
struct CancelStep {
  std::string id;
};

struct Step {
  std::string id;  // as given, or made up as GitHub does: "__run", "__actions_checkout_2"
  bool generated_id = false;
  Token name;       // null when the step has none
  Token condition;  // always an expression: `success() && (...)` where no status function is used
  std::string condition_source;  // `if` as written; "" when there is none
  Token env;
  Token timeout_minutes;
  Token continue_on_error;
  bool background = false;
  std::string parallel_group;  // id of the `parallel:` group it stood in, or ""
  std::variant<RunStep, UsesStep, WaitStep, WaitAllStep, CancelStep> action;
  Span span;
};

enum class PermissionLevel : std::uint8_t { none, read, write };
using Permissions = std::map<std::string, PermissionLevel>;

struct Strategy {
  Token matrix;  // null: no matrix
  Token fail_fast;
  Token max_parallel;
  Token whole;  // `strategy:` as written, also when it is one expression
};

struct Workflow;

// What a job with `uses:` calls.
struct ReusableCall {
  std::string reference;  // "./.github/workflows/x.yml" or "owner/repo/.github/workflows/x.yml@ref"
  Span span;
  Token inputs;   // `with`
  Token secrets;  // a mapping; null when inherited or none
  bool inherit_secrets = false;
  std::shared_ptr<const Workflow> workflow;  // the called file, parsed
};

struct Job {
  std::string id;
  Token name;       // null: the id
  Token condition;  // always an expression
  std::string condition_source;
  std::vector<std::string> needs;
  std::vector<Span> needs_spans;
  Strategy strategy;
  Token runs_on;
  Token environment;
  Token concurrency;
  Token env;
  Token defaults_shell;
  Token defaults_working_directory;
  Token container;
  Token services;
  Token outputs;
  Token timeout_minutes;
  Token cancel_timeout_minutes;
  Token continue_on_error;
  Token snapshot;
  std::optional<Permissions> permissions;
  std::vector<Step> steps;
  std::optional<ReusableCall> call;  // set: a caller of a reusable workflow, without steps
  Span span;
};

// One `on:` event with its filters. Lists are empty where a filter is absent.
struct Trigger {
  std::string event;
  std::vector<std::string> types;
  std::vector<std::string> branches, branches_ignore;
  std::vector<std::string> tags, tags_ignore;
  std::vector<std::string> paths, paths_ignore;
  std::vector<std::string> workflows;  // workflow_run
  struct Schedule {
    std::string cron;
    std::string timezone;  // "" is UTC
    Span span;
  };
  std::vector<Schedule> schedules;
  Token raw;  // as written
  Span span;
};

enum class InputType : std::uint8_t { string, boolean, number, choice, environment };

struct Input {
  std::string name;
  std::string description;
  InputType type = InputType::string;
  bool required = false;
  Token fallback;  // `default`
  std::vector<std::string> options;
  Span span;
};

struct SecretDeclaration {
  std::string name;
  bool required = false;
};

struct OutputDeclaration {
  std::string name;
  Token value;
};

struct Workflow {
  SourcePtr source;
  std::string path;  // ".github/workflows/x.yml", relative to the repository's root
  std::string name;  // "" when the file gives none
  Token run_name;
  std::vector<Trigger> triggers;
  std::vector<Input> dispatch_inputs;  // on.workflow_dispatch.inputs
  std::vector<Input> call_inputs;      // on.workflow_call.inputs
  std::vector<SecretDeclaration> call_secrets;
  std::vector<OutputDeclaration> call_outputs;
  Token env;
  Token defaults_shell;
  Token defaults_working_directory;
  Token concurrency;
  std::optional<Permissions> permissions;
  std::vector<Job> jobs;  // in the order written
  std::vector<Diagnostic> warnings;

  const Job* find_job(std::string_view id) const;
  const Trigger* find_trigger(std::string_view event) const;
};

}  // namespace crema::workflow
