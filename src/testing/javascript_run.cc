#include "javascript_run.h"

#include "lcov_report.h"
#include "node_packages.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::testing {

std::string_view embedded(std::string_view name);  // made by crema_embed

namespace fs = std::filesystem;

Result<JavaScriptRun> JavaScriptRun::prepare(const JavaScriptFramework& framework,
                                             const TestRequest& request, const NodePackage& package,
                                             const TaskServices& services) {
  JavaScriptRun run(request, package, services);
  run.framework_ = framework;
  run.environment_ = services.host.environment;
  run.environment_["FORCE_COLOR"] = "0";
  run.environment_["NO_COLOR"] = "1";
  run.environment_["CI"] = "true";
  for (const auto& [name, value] : package.call.environment) run.environment_[name] = value;
  CREMA_TRY(install_node_packages(run.place(), request.root, run.environment_, services));
  const auto program = node_program(run.place(), request.root, framework.program);
  if (!program) {
    auto error =
        make_error("testing/packages",
                   fmt::format("{} is not among the installed packages of {}", framework.program,
                               package.folder.empty() ? "the repository" : package.folder));
    error.hint = "npm install --save-dev " + framework.program;
    return fail(std::move(error));
  }
  run.program_ = *program;
  run.reporter_ = services.scratch / framework.reporter;
  CREMA_TRY(sys::write_file(run.reporter_, embedded(framework.reporter)));
  return run;
}

sys::Command JavaScriptRun::command(std::vector<std::string> arguments,
                                    const std::string& names) const {
  arguments.insert(arguments.begin(), program_.string());
  auto environment = environment_;
  if (!names.empty()) environment["CREMA_TEST_NAMES"] = names;
  return {.argv = std::move(arguments),
          .environment = std::move(environment),
          .working_directory = place()};
}

ReportedProject JavaScriptRun::project() const {
  return {.name = framework_.name,
          .root = request_.root,
          .project = package_.folder,
          .timeout = request_.options.timeout};
}

Result<ReportedRun> JavaScriptRun::run(std::vector<std::string> arguments,
                                       const std::string& names) const {
  return run_reported(command(std::move(arguments), names), project(), services_);
}

Result<ReportedRun> JavaScriptRun::run_again(std::vector<std::string> arguments,
                                             const std::string& names) const {
  auto quiet = services_;
  quiet.listener.on_suite = {};
  return run_reported(command(std::move(arguments), names), project(), quiet);
}

Result<std::string> JavaScriptRun::ask(std::vector<std::string> arguments) const {
  std::string output;
  const auto exit = CREMA_TRY(services_.processes.run(
      command(std::move(arguments), ""),
      {.stop = services_.stop,
       .deadline = services_.host.clock->monotonic() + request_.options.timeout,
       .patience = {}},
      [&](std::string_view bytes) { output += bytes; }));
  if (exit.ok()) return output;
  return fail("testing/list", fmt::format("{} could not list its tests:\n{}", framework_.name,
                                          evidence::shortened_output(trim(output))));
}

bool JavaScriptRun::must_choose() const {
  if (request_.part != "unit") return true;
  if (!request_.paths.empty()) {
    return std::ranges::none_of(request_.paths,
                                [&](const auto& path) { return is_below(package_.folder, path); });
  }
  return has_tests_of_part(request_.root, package_.folder, "integration") ||
         has_tests_of_part(request_.root, package_.folder, "e2e");
}

std::vector<std::string> JavaScriptRun::chosen(const std::vector<std::string>& files) const {
  std::vector<std::string> some;
  for (const auto& file : files) {
    const auto inside = fs::path(file).lexically_relative(request_.root).string();
    if (is_chosen(request_, inside)) some.push_back(file);
  }
  return some;
}

void JavaScriptRun::read_coverage(ProjectReport& report) const {
  take_lcov(report, coverage_folder() / "lcov.info", request_.root, package_.folder);
}

std::vector<std::string> kept_arguments(const std::vector<std::string>& words) {
  constexpr std::array<std::string_view, 10> kOurs = {"run",   "--run", "--watch",  "--watchAll",
                                                      "--ci",  "-w",    "--silent", "--verbose",
                                                      "watch", "dev"};
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    const auto name = word.substr(0, word.find('='));
    const bool ours = std::ranges::find(kOurs, name) != kOurs.end() ||
                      name.starts_with("--coverage") || name.starts_with("--reporter");
    if (!ours) kept.push_back(words[i]);
    if (name.starts_with("--reporter") && name == word) ++i;  // its value
  }
  return kept;
}

}  // namespace crema::testing
