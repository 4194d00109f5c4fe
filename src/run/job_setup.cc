// The beginning of a job: its place, its contexts, its environment.
#include "background.h"
#include "job_journal.h"
#include "job_run.h"

#include "crema/base/strings.h"
#include "crema/run/github_context.h"
#include "crema/run/glob_walk.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::run {
namespace {

namespace fs = std::filesystem;
using evidence::LineKind;
using expr::Value;

// Labels that every machine like this one carries by right.
bool is_own_label(std::string_view label) {
  constexpr std::array<std::string_view, 6> kOwn = {"self-hosted", "linux", "x64",
                                                    "x86_64",      "amd64", "arm64"};
  return std::ranges::any_of(kOwn,
                             [&](std::string_view own) { return equals_ignore_case(own, label); });
}

Value runner_context(const Place& place, const RunRequest& request) {
  const auto& folders = place.folders();
  expr::Object runner{
      {"os", Value(place.os())},
      {"arch", Value(place.arch())},
      {"name", Value("crema")},
      {"environment", Value("self-hosted")},
      {"tool_cache", Value(folders.tool_cache.string())},
      {"temp", Value(folders.temp.string())},
      {"workspace", Value(folders.workspace.parent_path().string())},
  };
  if (request.debug) runner.set("debug", Value("1"));
  return runner;
}

// `hashFiles` of the step's expressions: it looks at the workspace, which must be there for it.
expr::Function hash_files_function(JobRun& job) {
  return [&job](std::span<const Value> arguments) -> Result<Value> {
    std::vector<std::string> patterns;
    bool follow = false;
    for (const auto& argument : arguments) {
      auto text = argument.to_text();
      if (patterns.empty() && !follow && text.starts_with("--")) {
        if (!equals_ignore_case(text, "--follow-symbolic-links")) {
          return fail("run/hash-files",
                      "hashFiles has no option " + text + ", only --follow-symbolic-links");
        }
        follow = true;
        continue;
      }
      patterns.push_back(std::move(text));
    }
    CREMA_TRY(job.place().prepare_workspace([](std::string_view) {}));
    const auto& folders = job.place().folders();
    return Value(CREMA_TRY(
        hash_files(patterns, {.workspace = folders.workspace, .home = folders.home}, follow)));
  };
}

}  // namespace

void JobRun::set_up(StepLog& log) {
  const auto done = [&]() -> Result<> {
    CREMA_TRY(open_place(log));
    CREMA_TRY(set_up_contexts());
    CREMA_TRY(set_up_variables());
    set_up_fixed_environment();
    journal_->restore(log);
    return {};
  }();
  if (done) {
    say_machine(log);
    ready_ = true;
    return;
  }
  auto message = facts_.masker.mask(done.error().message);
  log.annotate({.level = evidence::AnnotationLevel::error, .message = message});
  result_.reason = std::move(message);
  fold(Outcome::failure);
}

Result<> JobRun::open_place(StepLog&) {
  const auto& request = facts_.request;
  const PlaceRequest wanted{
      .folder = facts_.services.recorder.folder() / "jobs" / std::to_string(leg_.index),
      .shared = facts_.services.recorder.places(),
      .name = request.workflow->path + "\n" + leg_.name,
      .repository = request.repository,
      .settings = leg_.settings,
      .shims = request.shims,
      .in_place = request.in_place,
      .keep = journal_->load(),
  };
  place_ = CREMA_TRY(facts_.executor.open(wanted));
  if (wanted.keep && !place_->kept()) journal_->forget();
  workspace_ = place_->folders().workspace.string();
  // What follows from the working tree is there already, or must not be there.
  workspace_ready_ = request.strict;
  spare_ = std::make_unique<sys::SpareFiles>(place_->folders().temp / "_spare");
  files_ = std::make_unique<StepFilePool>(place_->folders().temp / "_runner_file_commands",
                                          facts_.services.host.random_hex(12));
  return {};
}

Result<> JobRun::set_up_contexts() {
  const auto& run = *leg_.node->parent;
  level_.scope = leg_.scope;
  auto& contexts = level_.scope.contexts;
  expr::Object github = facts_.github.as_object();
  const auto event = place_->folders().temp / "_github_workflow" / "event.json";
  CREMA_TRY(sys::make_directories(event.parent_path()));
  CREMA_TRY(sys::write_file(
      event, expr::to_json(github.find("event")->is_null() ? Value(expr::Object{})
                                                           : *github.find("event"))));
  github.set("job", Value(leg_.job().id));
  github.set("workspace", Value(workspace_));
  github.set("event_path", Value(event.string()));
  contexts["github"] = Value(std::move(github));
  contexts["secrets"] = run.secrets;
  contexts["runner"] = runner_context(*place_, facts_.request);
  level_.scope.functions["hashFiles"] = hash_files_function(*this);
  if (run.secrets.kind() == expr::Kind::object) {
    for (const auto& [name, value] : run.secrets.as_object().members()) {
      facts_.masker.add(value.to_text());
    }
  }
  shown_status_ = Outcome::skipped;
  refresh_job_context();
  return {};
}

void JobRun::refresh_job_context() {
  const auto now = status();
  if (now == shown_status_) return;
  shown_status_ = now;
  const auto& github = level_.scope.contexts["github"];
  level_.scope.contexts["job"] = Value(expr::Object{
      {"status", Value(evidence::to_text(now))},
      {"container", Value(expr::Object{})},
      {"services", services_},
      {"check_run_id", Value(static_cast<double>(leg_.index))},
      {"workflow_ref", github.member("workflow_ref")},
      {"workflow_sha", github.member("workflow_sha")},
      {"workflow_repository", github.member("repository")},
      {"workflow_file_path", Value(leg_.node->parent->workflow->path)},
  });
}

// What the user adds lies below what the workflow says, that below what the job says; each may
// mention only what GitHub lets it mention.
Result<> JobRun::set_up_variables() {
  const auto& workflow = *leg_.node->parent->workflow;
  for (const auto& [name, value] : facts_.request.environment) variables_.set(name, value);
  for (const auto* token : {&workflow.env, &leg_.job().env}) {
    auto scope = level_.scope;
    scope.contexts["env"] = variables_.context();
    for (auto& [name, value] : CREMA_TRY(workflow::evaluate_strings(*token, scope))) {
      variables_.set(name, std::move(value));
    }
  }
  auto scope = level_.scope;
  scope.contexts["env"] = variables_.context();
  const auto first = [&](const workflow::Token& own,
                         const workflow::Token& general) -> Result<std::string> {
    return workflow::evaluate_text(own.is_null() ? general : own, scope);
  };
  default_shell_ = CREMA_TRY(first(leg_.job().defaults_shell, workflow.defaults_shell));
  default_directory_ =
      CREMA_TRY(first(leg_.job().defaults_working_directory, workflow.defaults_working_directory));
  return {};
}

void JobRun::set_up_fixed_environment() {
  const auto& folders = place_->folders();
  auto& fixed = fixed_environment_;
  add_github_variables(level_.scope.contexts["github"].as_object(), fixed);
  fixed["GITHUB_ACTIONS"] = "true";
  fixed["RUNNER_OS"] = place_->os();
  fixed["RUNNER_ARCH"] = place_->arch();
  fixed["RUNNER_NAME"] = "crema";
  fixed["RUNNER_ENVIRONMENT"] = "self-hosted";
  fixed["RUNNER_TEMP"] = folders.temp.string();
  fixed["RUNNER_TOOL_CACHE"] = folders.tool_cache.string();
  fixed["RUNNER_WORKSPACE"] = folders.workspace.parent_path().string();
  if (facts_.request.debug) fixed["RUNNER_DEBUG"] = "1";
}

void JobRun::say_machine(StepLog& log) {
  const auto machine = facts_.executor.machine();
  log.write(LineKind::command, "Runs on " + machine);
  for (const auto& remark : place_->remarks()) {
    facts_.remark_once(remark.code + remark.message, -1, remark.code, remark.message);
  }
  for (const auto& label : leg_.settings.runs_on) {
    if (is_own_label(label)) continue;
    facts_.remark_once("runs-on " + label, -1, "run/runs-on",
                       fmt::format("{} runs on {}", label, machine));
  }
  log.write(LineKind::command, "Complete job name: " + leg_.name);
}

}  // namespace crema::run
