#include "node_packages.h"

#include "crema/base/strings.h"
#include "crema/sys/file_lock.h"

#include <fmt/format.h>

#include <array>
#include <optional>

namespace crema::testing {
namespace {

namespace fs = std::filesystem;

struct Installer {
  std::string_view lock_file;
  std::array<std::string_view, 4> words;
};
constexpr std::array<Installer, 4> kInstallers = {{
    {"pnpm-lock.yaml", {"pnpm", "install", "--frozen-lockfile", "--prefer-offline"}},
    {"yarn.lock", {"yarn", "install", "--frozen-lockfile", "--prefer-offline"}},
    {"package-lock.json", {"npm", "ci", "--no-audit", "--no-fund"}},
    {"npm-shrinkwrap.json", {"npm", "ci", "--no-audit", "--no-fund"}},
}};

// The nearest folder, up to the repository's root, that has the file.
std::optional<fs::path> nearest(const fs::path& folder, const fs::path& root,
                                std::string_view name) {
  std::error_code error;
  for (auto here = folder;; here = here.parent_path()) {
    if (fs::exists(here / name, error)) return here;
    if (here == root || here == here.parent_path()) return std::nullopt;
  }
}

}  // namespace

Result<fs::path> install_node_packages(const fs::path& folder, const fs::path& root,
                                       const sys::Environment& environment,
                                       const TaskServices& services) {
  if (const auto there = nearest(folder, root, "node_modules")) return *there / "node_modules";
  for (const auto& installer : kInstallers) {
    const auto place = nearest(folder, root, installer.lock_file);
    if (!place) continue;
    sys::Command command{.argv = {installer.words.begin(), installer.words.end()},
                         .environment = environment,
                         .working_directory = *place};
    // Packages of one workspace are tested beside each other, and installed once.
    const auto lock = CREMA_TRY(
        sys::FileLock::wait(services.host.temporary_directory /
                                fmt::format("crema-install-{:x}.lock", fs::hash_value(*place)),
                            sys::FileLock::Mode::exclusive));
    if (const auto there = nearest(folder, root, "node_modules")) return *there / "node_modules";
    std::string output;
    const auto exit = CREMA_TRY(
        services.processes.run(command, {.stop = services.stop, .deadline = {}, .patience = {}},
                               [&](std::string_view text) { output += text; }));
    if (!exit.ok()) {
      return fail("testing/packages", fmt::format("{} {} ended with {}:\n{}", installer.words[0],
                                                  installer.words[1], exit.code, trim(output)));
    }
    return *place / "node_modules";
  }
  auto error =
      make_error("testing/packages", fmt::format("{} has neither node_modules nor a lock file",
                                                 folder.lexically_relative(root).string()));
  error.hint = "run npm install there, and commit package-lock.json";
  return fail(std::move(error));
}

}  // namespace crema::testing
