// `crema fix deps`: upgrades to the lowest versions without known vulnerabilities, written into
// go.mod files.
#include "arguments.h"
#include "output.h"

#include "crema/base/strings.h"
#include "crema/scan/deps/dependency_hit.h"
#include "crema/scan/deps/dependency_scanner.h"
#include "crema/scan/deps/go_mod_edit.h"
#include "crema/sys/files.h"
#include "crema/sys/process.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include <chrono>
#include <map>
#include <set>

namespace crema::cli {
namespace {

namespace fs = std::filesystem;

constexpr auto kTidyTimeout = std::chrono::minutes(10);

struct FixOptions {
  std::vector<std::string> modules;  // folders
  std::vector<std::string> packages;
  bool dry_run = false;
  bool tidy = false;
};

using EditsByFile = std::map<std::string, std::vector<scan::GoModEdit>>;

std::string plain_folder(const std::string& folder) {
  auto text = fs::path(folder).lexically_normal().generic_string();
  while (text.ends_with('/')) text.pop_back();
  return text == "." ? "" : text;
}

bool is_wanted(const scan::Upgrade& upgrade, const FixOptions& options) {
  return !upgrade.version.empty() &&
         (options.packages.empty() ||
          std::ranges::find(options.packages, upgrade.package) != options.packages.end());
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

// What is to be done, a line for each package; those of npm are for npm to do.
EditsByFile plan(const std::vector<scan::Upgrade>& upgrades, const FixOptions& options) {
  std::set<std::string> folders;
  for (const auto& module : options.modules) folders.insert(plain_folder(module));
  EditsByFile edits;
  for (const auto& upgrade : upgrades) {
    if (!is_wanted(upgrade, options)) continue;
    std::set<std::string> files;
    for (const auto& place : upgrade.places) {
      if (!folders.empty() && !folders.contains(scan::folder_of(place.manifest))) continue;
      files.insert(place.manifest);
      if (place.go != nullptr)
        edits[place.manifest].push_back(
            {.module = place.required,
             .replacement = place.required == upgrade.package ? "" : upgrade.package,
             .version = upgrade.version});
    }
    if (files.empty()) continue;
    const bool npm = upgrade.places.front().go == nullptr;
    print(fmt::format(
        "{} {}: {} in {}{}\n", upgrade.package, upgrade.version,
        counted(upgrade.fixed.size(), "vulnerability", "vulnerabilities"),
        counted(files.size(), "file", "files"),
        npm ? fmt::format("; run `npm install {}@{}` there", upgrade.package, upgrade.version)
            : ""));
  }
  return edits;
}

Result<> tidy(const sys::Host& host, const fs::path& folder) {
  const auto go = host.find_program("go");
  if (!go) {
    auto error = make_error("fix/no-go", "there is no go command to tidy " + folder.string());
    error.hint = "install Go, or run `go mod tidy` there where it is";
    return fail(std::move(error));
  }
  const auto done = CREMA_TRY(sys::capture({.argv = {go->string(), "mod", "tidy"},
                                            .program = go->string(),
                                            .environment = host.environment,
                                            .working_directory = folder},
                                           kTidyTimeout));
  if (done.exit.ok()) return {};
  auto error = make_error(
      "fix/tidy", fmt::format("`go mod tidy` failed in {}: {}", folder.string(), trim(done.error)));
  error.exit_code = ExitCode::failed;
  return fail(std::move(error));
}

Result<int> apply(const sys::Host& host, const FixOptions& options, const EditsByFile& edits) {
  const auto& root = host.working_directory;
  std::vector<std::string> stale;
  for (const auto& [path, own] : edits) {
    auto text = CREMA_TRY(sys::read_file(root / path));
    const auto edited =
        CREMA_TRY(scan::edit_go_mod(std::make_shared<SourceFile>(path, std::move(text)), own));
    if (edited.changes.empty()) continue;
    print(fmt::format("\n{}\n", path));
    for (const auto& change : edited.changes) print("  " + change + "\n");
    if (options.dry_run) continue;
    CREMA_TRY(sys::write_file_atomically(root / path, edited.text));
    stale.push_back(scan::folder_of(path));
  }
  int worst = 0;
  if (options.tidy)
    for (const auto& folder : stale)
      if (const auto done = tidy(host, root / folder); !done)
        worst = std::max(worst, report(done.error(), host));
  if (!stale.empty() && !options.tidy)
    print(fmt::format(
        "\ngo.sum is no longer whole: run `go mod tidy` in {}, or `crema fix deps --tidy`\n",
        counted(stale.size(), "folder", "folders")));
  return worst;
}

Result<int> fix(const sys::Host& host, const FixOptions& options) {
  const auto settings = CREMA_TRY(scan::dependency_settings(host, host.working_directory));
  const scan::ModuleCache cache(settings.module_cache);
  const auto inventory = CREMA_TRY(scan::read_inventory(host.working_directory, cache));
  auto not_scanned = inventory.not_scanned;
  const auto hits =
      scan::find_hits(inventory, *settings.advisories, settings.standard_library, not_scanned);
  const auto upgrades = scan::plan_upgrades(hits, *settings.advisories);
  const auto edits = plan(upgrades, options);
  if (edits.empty()) print("nothing to raise\n");
  std::vector<Diagnostic> gaps;
  for (const auto& one : not_scanned)
    gaps.push_back(make_warning(one.code, one.path + ": " + one.reason));
  report(gaps, host);
  return apply(host, options, edits);
}

}  // namespace

int run_fix(CommandContext& context) {
  FixOptions options;
  if (const auto ended = parse_arguments(context, "fix", [&](CLI::App& app) {
        app.require_subcommand(1);
        auto* deps = app.add_subcommand("deps");
        deps->add_option("--module", options.modules, "only the go.mod of this folder");
        deps->add_option("--package", options.packages, "only this package");
        deps->add_flag("--dry-run", options.dry_run, "say what would change");
        deps->add_flag("--tidy", options.tidy, "run `go mod tidy` afterwards");
      }))
    return *ended;
  const auto code = fix(context.host, options);
  return code ? *code : report(code.error(), context.host);
}

}  // namespace crema::cli
