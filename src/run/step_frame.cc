#include "step_frame.h"

#include "job_run.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <algorithm>
#include <filesystem>

namespace crema::run {

using expr::Value;

StepOutput::StepOutput(JobRun& job, evidence::StepIndex index, ProblemMatchers& matchers)
    : log({.job = job.leg().index,
           .step = index,
           .workspace = job.workspace(),
           .debug = job.facts().request.debug},
          job.clock(), job.listener(), job.facts().masker, matchers, *this),
      job_(job) {}

void StepOutput::set_output(std::string_view name, std::string value) {
  if (current != nullptr) current->set_output(name, std::move(value));
}

void StepOutput::save_state(std::string_view name, std::string value) {
  if (current != nullptr) current->state.insert_or_assign(std::string(name), std::move(value));
}

void StepOutput::set_variable(std::string_view name, std::string value) {
  if (current != nullptr) current->variables.set(name, std::move(value));
}

void StepOutput::add_path(std::string_view folder) {
  if (current != nullptr) current->variables.add_path(std::string(folder));
}

Result<std::vector<ProblemMatcher>> StepOutput::load_matchers(std::string_view file) {
  const auto path = std::filesystem::path(job_.workspace()) / file;
  const auto text = CREMA_TRY(sys::read_file(path));
  return parse_problem_matchers(text, path.string());
}

bool StepOutput::unsecure_commands_allowed() const {
  if (current == nullptr) return false;
  constexpr std::string_view kAllow = "ACTIONS_ALLOW_UNSECURE_COMMANDS";
  return equals_ignore_case(current->scope.contexts.at("env").member(kAllow).to_text(), "true");
}

void StepOutput::command_failed() {
  if (current != nullptr) current->command_failed = true;
}

StepFrame::StepFrame(JobRun& job_run, Level& its_level, StepOutput& its_output,
                     JobVariables& its_variables, evidence::StepIndex its_index, std::string its_id)
    : job(job_run),
      level(its_level),
      output(its_output),
      variables(its_variables),
      index(its_index),
      id(std::move(its_id)),
      scope(its_level.scope),
      overrides(its_level.overrides),
      outer_(its_output.current) {
  output.current = this;
  scope.contexts["steps"] = level.steps.value();
  refresh_environment();
  if (auto lent = job.files().lend()) files = std::move(*lent);
  set_github({{"action", id},
              {"env", files.path(StepFile::env)},
              {"output", files.path(StepFile::output)},
              {"path", files.path(StepFile::path)},
              {"state", files.path(StepFile::state)},
              {"step_summary", files.path(StepFile::step_summary)}});
}

StepFrame::~StepFrame() {
  output.current = outer_;
  job.files().give_back(std::move(files));
}

void StepFrame::set_output(std::string_view output_name, std::string value) {
  const auto known = std::ranges::find_if(
      outputs, [&](const auto& entry) { return equals_ignore_case(entry.first, output_name); });
  if (known == outputs.end()) {
    outputs.emplace_back(output_name, std::move(value));
  } else {
    known->second = std::move(value);
  }
}

void StepFrame::set_github(
    std::initializer_list<std::pair<std::string_view, std::string>> members) {
  auto& context = scope.contexts["github"];
  expr::Object object = context.as_object();
  for (const auto& [member, value] : members) object.set(std::string(member), Value(value));
  context = Value(std::move(object));
}

std::string StepFrame::github(std::string_view member) const {
  const auto found = scope.contexts.find("github");
  return found == scope.contexts.end() ? "" : found->second.member(member).to_text();
}

}  // namespace crema::run
