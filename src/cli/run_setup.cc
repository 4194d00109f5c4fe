#include "run_setup.h"

#include "crema/actions/table.h"
#include "crema/base/strings.h"
#include "crema/run/github_context.h"
#include "crema/run/repository.h"

#include <nlohmann/json.hpp>

#include <map>

namespace crema::cli {
namespace {

using Json = nlohmann::ordered_json;

// The event a workflow is run for when the user names none: push if it can, else what it has.
std::string default_event(const workflow::Workflow& workflow) {
  if (workflow.find_trigger("push") != nullptr) return "push";
  for (const auto* event : {"pull_request", "workflow_dispatch", "schedule"}) {
    if (workflow.find_trigger(event) != nullptr) return event;
  }
  return workflow.triggers.empty() ? "push" : workflow.triggers.front().event;
}

workflow::EventFacts make_facts(const ChosenEvent& event, const run::Repository& repository,
                                const RunOptions& options) {
  workflow::EventFacts facts;
  facts.name = event.name;
  facts.ref = repository.ref;
  facts.payload = event.payload;
  const bool pull = event.name == "pull_request" || event.name == "pull_request_target";
  if (pull) {
    facts.activity = "opened";
    facts.base_ref = options.base.empty() ? repository.default_branch : options.base;
    const auto base = event.payload.member("pull_request").member("base").member("ref");
    if (!base.is_null()) facts.base_ref = base.to_text();
    facts.ref =
        "refs/pull/" +
        (event.payload.member("number").is_null() ? std::string("1")
                                                  : event.payload.member("number").to_text()) +
        "/merge";
  }
  if (const auto action = event.payload.member("action"); !action.is_null())
    facts.activity = action.to_text();
  if (event.name == "push") {
    if (const auto ref = event.payload.member("ref"); !ref.is_null()) facts.ref = ref.to_text();
  }
  return facts;
}

// Asks git which files changed at most once for each base, and only for who filters by path.
class ChangedPaths {
 public:
  ChangedPaths(const run::Repository& repository, const sys::Host& host)
      : repository_(repository), host_(host) {}

  void add_to(workflow::EventFacts& facts, const workflow::Workflow& workflow,
              const std::string& base) {
    const auto* trigger = workflow.find_trigger(facts.name);
    if (trigger == nullptr || (trigger->paths.empty() && trigger->paths_ignore.empty())) return;
    const auto& from = facts.base_ref.empty() ? base : facts.base_ref;
    auto known = known_.find(from);
    if (known == known_.end())
      known = known_.emplace(from, run::changed_paths(repository_, from, host_)).first;
    facts.changed_paths = known->second;
  }

 private:
  const run::Repository& repository_;
  const sys::Host& host_;
  std::map<std::string, std::optional<std::vector<std::string>>> known_;
};

Result<std::vector<std::pair<std::string, std::string>>> matrix_filters(const RunOptions& options) {
  std::vector<std::pair<std::string, std::string>> filters;
  for (auto& [key, value] : CREMA_TRY(parse_pairs(options.matrix, "--matrix")))
    filters.emplace_back(key, value);
  return filters;
}

Result<run::RunRequest> make_request(const LoadedWorkflow& loaded, const ChosenEvent& event,
                                     const workflow::EventFacts& facts,
                                     const run::Repository& repository, const RunOptions& options,
                                     const sys::Host& host) {
  run::RunRequest request;
  request.workflow = loaded.parsed.workflow;
  request.event = event.name;
  request.payload = event.payload;
  request.activity = facts.activity;
  request.actor = options.actor;
  request.repository = repository;
  request.ref = facts.ref;
  if (facts.name.starts_with("pull_request")) {
    request.base_ref = facts.base_ref;
    request.head_ref = repository.ref_name();
  }
  for (auto& [name, value] : CREMA_TRY(all_secrets(options, host))) request.secrets[name] = value;
  for (auto& [name, value] : CREMA_TRY(all_variables(options))) request.variables[name] = value;
  for (auto& [name, value] : CREMA_TRY(parse_pairs(options.environment, "--env")))
    request.environment[name] = value;
  for (auto& [name, folder] : CREMA_TRY(parse_pairs(options.actions, "--action")))
    request.actions[name] = host.working_directory / folder;
  request.jobs = options.jobs;
  request.with_needs = !options.no_needs;
  request.matrix = CREMA_TRY(matrix_filters(options));
  request.parallel = options.max_parallel;
  request.in_place = options.in_place;
  request.strict = options.strict;
  request.builtins = !options.no_builtins;
  request.shims = !options.no_shims;
  request.catalog = actions::find_builtin;
  request.action_hint = actions::hint_for;
  request.debug = host.variable("RUNNER_DEBUG").value_or("") == "1" ||
                  host.variable("ACTIONS_STEP_DEBUG").value_or("") == "true";
  return request;
}

}  // namespace

Result<RunSetup> prepare(const sys::Host& host, const RunOptions& options) {
  RunSetup setup;
  setup.project = find_project(host);
  setup.named = !options.files.empty();
  const auto files = CREMA_TRY(find_workflow_files(setup.project, host, options.files));
  auto repository = CREMA_TRY(run::read_repository(setup.project.root, host));
  // A project may be a part of a larger repository, where GitHub would run nothing: its own folder
  // is then what jobs get, and which of its files changed is not asked.
  const bool whole = repository.root == setup.project.root;
  repository.root = setup.project.root;
  ChangedPaths changed(repository, host);
  const auto event = CREMA_TRY(choose_event(options, host));
  const auto inputs = CREMA_TRY(parse_pairs(options.inputs, "--input"));
  for (const auto& file : files) {
    Candidate candidate{CREMA_TRY(load_workflow(setup.project, file, options.mode())), {}, {}, {}};
    const auto& parsed = candidate.loaded.parsed;
    setup.problems.insert(setup.problems.end(), parsed.errors.begin(), parsed.errors.end());
    setup.problems.insert(setup.problems.end(), parsed.warnings.begin(), parsed.warnings.end());
    if (!parsed.ok()) continue;
    ChosenEvent own = event;
    if (own.name.empty()) own.name = setup.named ? default_event(*parsed.workflow) : "push";
    candidate.facts = make_facts(own, repository, options);
    if (whole) changed.add_to(candidate.facts, *parsed.workflow, options.base);
    candidate.facts.dispatch_inputs = inputs;
    candidate.trigger = workflow::decide_trigger(*parsed.workflow, candidate.facts);
    candidate.request =
        CREMA_TRY(make_request(candidate.loaded, own, candidate.facts, repository, options, host));
    if (own.name == "workflow_dispatch" &&
        parsed.workflow->find_trigger("workflow_dispatch") != nullptr) {
      auto typed = workflow::dispatch_inputs(*parsed.workflow, inputs);
      if (typed)
        candidate.request.inputs = *typed;
      else
        setup.problems.push_back(typed.error());
    }
    setup.candidates.push_back(std::move(candidate));
  }
  return setup;
}

expr::Scope planning_scope(const Candidate& candidate, const sys::Host& host) {
  expr::Scope scope;
  scope.contexts["github"] = run::github_context(candidate.request, 0, host);
  scope.contexts["inputs"] =
      candidate.request.inputs.is_null() ? expr::Value(expr::Object()) : candidate.request.inputs;
  expr::Object variables;
  for (const auto& [name, value] : candidate.request.variables) variables.set(name, value);
  scope.contexts["vars"] = expr::Value(std::move(variables));
  return scope;
}

std::string request_json(const RunOptions& options, const Candidate& candidate) {
  const Json json = {
      {"files", {candidate.loaded.file.string()}},
      {"event", candidate.request.event},
      {"payload",
       candidate.request.payload.is_null() ? "" : expr::to_json(candidate.request.payload)},
      {"actor", options.actor},
      {"base", options.base},
      {"inputs", options.inputs},
      {"variables", options.variables},
      {"variable_file", options.variable_file},
      {"environment", options.environment},
      {"matrix", options.matrix},
      {"jobs", options.jobs},
      {"actions", options.actions},
      {"max_parallel", options.max_parallel},
      {"strict", options.strict},
      {"lenient", options.lenient},
      {"in_place", options.in_place},
      {"no_builtins", options.no_builtins},
      {"no_shims", options.no_shims},
      {"no_needs", options.no_needs}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<RunOptions> options_from_json(std::string_view text) {
  const auto json = Json::parse(text, nullptr, false);
  if (!json.is_object())
    return fail("cli/bad-record", "what was asked of that run is not readable");
  RunOptions options;
  const auto list = [&](const char* key) { return json.value(key, std::vector<std::string>()); };
  options.files = list("files");
  options.event = json.value("event", "push");
  options.payload = json.value("payload", "");
  options.actor = json.value("actor", "");
  options.base = json.value("base", "");
  options.inputs = list("inputs");
  options.variables = list("variables");
  options.variable_file = json.value("variable_file", "");
  options.environment = list("environment");
  options.matrix = list("matrix");
  options.jobs = list("jobs");
  options.actions = list("actions");
  options.max_parallel = json.value("max_parallel", std::size_t{0});
  options.strict = json.value("strict", false);
  options.lenient = json.value("lenient", false);
  options.in_place = json.value("in_place", false);
  options.no_builtins = json.value("no_builtins", false);
  options.no_shims = json.value("no_shims", false);
  options.no_needs = json.value("no_needs", false);
  return options;
}

}  // namespace crema::cli
