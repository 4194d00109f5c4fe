#include "report_material.h"

#include "gate_facts.h"
#include "load_documents.h"

#include "crema/base/strings.h"
#include "crema/run/repository.h"
#include "crema/sys/process.h"

#include <fmt/format.h>

#include <utility>

namespace crema::cli {
namespace {

std::optional<std::string> git(const sys::Host& host, const std::filesystem::path& root,
                               std::vector<std::string> arguments) {
  sys::Command command;
  command.argv = {"git"};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.environment = host.environment;
  command.working_directory = root;
  auto captured = sys::capture(command, std::chrono::minutes(1));
  if (!captured || !captured->exit.ok()) return std::nullopt;
  return std::move(captured->output);
}

// Files of the working tree that are not the run's commit's: changed, or unknown to git.
std::optional<std::set<std::string>> differing_files(const sys::Host& host,
                                                     const std::filesystem::path& root,
                                                     const std::string& commit) {
  const auto changed = git(host, root, {"diff", "--name-only", "-z", "--relative", commit, "--"});
  const auto unknown = git(host, root, {"ls-files", "-z", "--others", "--exclude-standard"});
  if (!changed || !unknown) return std::nullopt;
  std::set<std::string> files;
  for (const auto* list : {&*changed, &*unknown}) {
    for (const auto path : split(*list, '\0')) files.emplace(path);
  }
  return files;
}

// The report says what could not be found out, and goes on without it.
template <class T>
std::optional<T> found_or_noted(Result<T> result, std::string_view what,
                                std::vector<std::string>& notes) {
  if (result) return std::move(*result);
  notes.push_back(fmt::format("{}: {}", what, result.error().message));
  return std::nullopt;
}

Result<> add_facts(report::Material& material, const sys::Host& host, const Project& project,
                   store::Store& store) {
  material.root = project.root;
  material.version = CREMA_VERSION;
  material.generated = host.clock->wall();
  material.differing = differing_files(host, project.root, material.run.sha);
  if (auto loads = found_or_noted(load_documents(store, material.run, material.records),
                                  "load tests could not be drawn", material.notes))
    material.loads = std::move(*loads);
  material.repository = CREMA_TRY(run::read_repository(project.root, host)).full_name();
  if (auto coverage = found_or_noted(coverage_of_records(host, project.root, material.records),
                                     "coverage could not be told by service", material.notes))
    material.coverage = std::move(*coverage);
  std::error_code ignored;
  if (!std::filesystem::exists(project.root / "crema.yml", ignored)) return {};
  if (const auto policy = found_or_noted(policy_of(host, project.root, ""),
                                         "the gate has no policy", material.notes))
    material.verdict =
        gate::evaluate(*policy, material.records,
                       CREMA_TRY(gate_context(host, project.root, *policy, material.coverage, store,
                                              material.run)));
  return {};
}

}  // namespace

Result<report::Material> report_material(const sys::Host& host, const Project& project,
                                         const OpenedRun& opened) {
  auto material = CREMA_TRY(report::gather(*opened.store, opened.run));
  CREMA_TRY(add_facts(material, host, project, *opened.store));
  return material;
}

}  // namespace crema::cli
