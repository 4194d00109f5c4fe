#include "run_facts.h"

#include "crema/base/strings.h"
#include "crema/run/github_context.h"
#include "crema/sys/process.h"

#include <chrono>
#include <cstdlib>

namespace crema::run {
namespace {

expr::Value named_values(const NamedValues& values) {
  expr::Object object;
  for (const auto& [name, value] : values) object.set(name, expr::Value(value));
  return object;
}

}  // namespace

RunFacts::RunFacts(const RunRequest& asked, RunServices& given, Executor& where)
    : request(asked),
      services(given),
      executor(where),
      github(github_context(asked, given.recorder.number(), given.host)),
      variables(named_values(asked.variables)),
      secrets(named_values(asked.secrets)) {
  for (const auto& [name, value] : request.secrets) masker.add(value);
}

void RunFacts::remark_once(const std::string& key, std::int64_t job, std::string_view code,
                           std::string message) {
  if (!said_.lock()->insert(key).second) return;
  tell(evidence::Remark{.job = job,
                        .severity = Severity::note,
                        .code = std::string(code),
                        .message = masker.mask(message)});
}

std::optional<NodeProgram> RunFacts::node(const std::string& path) {
  auto known = nodes_.lock();
  if (const auto found = known->find(path); found != known->end()) return found->second;
  sys::Host looking = services.host;
  looking.environment["PATH"] = path;
  std::optional<NodeProgram> node;
  if (const auto program = looking.find_program("node")) {
    sys::Command command;
    command.argv = {program->string(), "--version"};
    command.environment = looking.environment;
    const auto captured = sys::capture(command, std::chrono::seconds(20));
    if (captured && captured->exit.ok() && captured->output.starts_with('v')) {
      node = NodeProgram{*program, std::atoi(captured->output.c_str() + 1)};
    }
  }
  known->emplace(path, node);
  return node;
}

}  // namespace crema::run
