#include "cargo_workspace.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <algorithm>

namespace crema::testing {
namespace {

using evidence::TestSuite;

constexpr std::size_t kMostBuildOutput = 64 << 20;

}  // namespace

CargoWorkspace::CargoWorkspace(const std::filesystem::path& root, const std::string& folder,
                               const TaskServices& services)
    : root_(root), folder_(folder), services_(services) {}

sys::Command CargoWorkspace::command(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), {"cargo", "test", "--no-fail-fast"});
  auto environment = services_.host.environment;
  environment["CARGO_TERM_COLOR"] = "never";
  if (services_.processes_each > 0) {
    const auto count = std::to_string(services_.processes_each);
    environment.try_emplace("RUST_TEST_THREADS", count);
    environment.try_emplace("CARGO_BUILD_JOBS", count);
  }
  return {.argv = std::move(arguments),
          .environment = std::move(environment),
          .working_directory = root_ / folder_};
}

Result<std::string> CargoWorkspace::build() {
  std::string said;
  const bool built = CREMA_TRY(build_targets({"--workspace"}, said));
  if (built) return std::string();
  if (build_.broken.empty()) return evidence::shortened_output(said);
  // Cargo stops at the first target that is broken: the others are built one by one.
  auto environment = command({}).environment;
  const auto listed =
      CREMA_TRY(sys::capture({.argv = {"cargo", "metadata", "--no-deps", "--format-version=1"},
                              .environment = std::move(environment),
                              .working_directory = root_ / folder_},
                             std::chrono::minutes(2)));
  for (const auto& target : read_cargo_metadata(listed.output, root_)) {
    const auto is_this = [&](const auto& other) { return other.name == target.suite(); };
    if (std::ranges::any_of(build_.broken, is_this) || has_executable(target)) continue;
    (void)CREMA_TRY(build_targets(target.arguments(), said));
  }
  return std::string();
}

bool CargoWorkspace::has_executable(const CargoTarget& target) const {
  return std::ranges::any_of(build_.executables, [&](const auto& entry) {
    return entry.second.suite() == target.suite();
  });
}

// Whether all could be built; what became of each is added to the build.
Result<bool> CargoWorkspace::build_targets(std::vector<std::string> choice, std::string& said) {
  choice.insert(choice.end(), {"--no-run", "--message-format=json"});
  std::string output;
  const auto exit = CREMA_TRY(services_.processes.run(
      command(std::move(choice)), {.stop = services_.stop, .deadline = {}, .patience = {}},
      [&](std::string_view bytes) {
        if (output.size() < kMostBuildOutput) output += bytes;
      }));
  if (exit.why == sys::Exit::Why::stopped) return fail("testing/stopped", "the tests were stopped");
  auto read = read_cargo_build(output, root_);
  build_.executables.merge(read.executables);
  for (auto& target : read.documented) {
    if (std::ranges::find(build_.documented, target.package, &CargoTarget::package) ==
        build_.documented.end())
      build_.documented.push_back(std::move(target));
  }
  for (auto& suite : read.broken) {
    if (std::ranges::find(build_.broken, suite.name, &TestSuite::name) == build_.broken.end())
      build_.broken.push_back(std::move(suite));
  }
  said.clear();
  for (const auto line : split_lines(output)) {
    if (!line.starts_with('{')) said += std::string(line) + "\n";
  }
  return exit.ok();
}

std::vector<CargoTarget> CargoWorkspace::targets() const {
  std::vector<CargoTarget> all;
  all.reserve(build_.executables.size() + build_.documented.size());
  for (const auto& [file, target] : build_.executables) all.push_back(target);
  for (const auto& target : build_.documented) all.push_back(target);
  std::ranges::sort(all, {}, &CargoTarget::suite);
  return all;
}

const CargoTarget* CargoWorkspace::target_of(const std::string& suite) const {
  for (const auto& [file, target] : build_.executables) {
    if (target.suite() == suite) return &target;
  }
  const auto found = std::ranges::find(build_.documented, suite, &CargoTarget::suite);
  return found == build_.documented.end() ? nullptr : &*found;
}

TestSuite CargoWorkspace::suite_of(std::string_view executable) const {
  TestSuite suite{.name = std::string(executable), .framework = "cargo", .project = folder_};
  const auto file = executable.substr(executable.rfind('/') + 1);
  if (const auto known = build_.executables.find(file); known != build_.executables.end())
    suite.name = known->second.suite();
  for (const auto& target : build_.documented) {
    if (suite.name == "doc-tests " + target.name) suite.name = target.suite();
  }
  return suite;
}

}  // namespace crema::testing
