// actions/setup-python with the Pythons of this machine. Each gets a virtual environment of the
// job's own on PATH, so that `pip install` works and touches nothing outside the job.
#include "builtins.h"
#include "cache_steps.h"
#include "inputs.h"
#include "python_versions.h"

#include "crema/base/hash.h"
#include "crema/base/strings.h"
#include "crema/run/glob_walk.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <system_error>

namespace crema::actions {
namespace {

namespace fs = std::filesystem;

constexpr std::array kInputs = std::to_array<run::InputSpec>({
    {"python-version"},
    {"python-version-file"},
    {"cache"},
    {"architecture"},
    {"check-latest", "false"},
    {"token"},
    {"cache-dependency-path"},
    {"update-environment", "true"},
    {"allow-prereleases", "false"},
    {"freethreaded", "false"},
    {"pip-version"},
    {"pip-install"},
});

constexpr std::array kWithoutEffect = std::to_array<WithoutEffect>({
    {"token", "nothing is downloaded from github.com"},
    {"check-latest", "only the Pythons of this machine are used"},
    {"architecture", "Python runs as what this machine is"},
});

constexpr std::string_view kMatchers = R"json({"problemMatcher": [{"owner": "python", "pattern": [
  {"regexp": "^\\s*File\\s\"(.*)\",\\sline\\s(\\d+),\\sin\\s(.*)$", "file": 1, "line": 2},
  {"regexp": "^\\s*raise\\s(.*)\\('(.*)'\\)$", "message": 2}
]}]})json";

struct PackageManager {
  std::string_view name, files, fallback;
};
constexpr std::array kPackageManagers = std::to_array<PackageManager>({
    {"pip", "**/requirements.txt", "**/pyproject.toml"},
    {"pipenv", "**/Pipfile.lock", ""},
    {"poetry", "**/poetry.lock", ""},
});

Result<std::vector<std::string>> wanted_versions(run::ActionContext& context) {
  auto versions = context.input_lines("python-version");
  const auto file = context.input("python-version-file");
  if (!versions.empty()) {
    if (!file.empty()) {
      context.annotate(evidence::AnnotationLevel::warning,
                       "Both python-version and python-version-file inputs are specified, only "
                       "python-version will be used.");
    }
    return versions;
  }
  if (!file.empty()) return python_versions_in(resolve_path(context, file));
  if (const auto usual = context.workspace() / ".python-version"; fs::exists(usual))
    return python_versions_in(usual);
  context.annotate(evidence::AnnotationLevel::warning,
                   "Neither 'python-version' nor 'python-version-file' inputs were supplied: using "
                   "the newest Python "
                   "of this machine");
  return std::vector<std::string>{"*"};
}

// Debian splits ensurepip off; without it the system's pip, if any, is lent to the environment.
Result<> make_template(run::ActionContext& context, const PythonVersion& python,
                       const fs::path& folder) {
  const std::string program = python.program.string();
  if (output_of(context, {program, "-m", "venv", folder.string()})) return {};
  CREMA_TRY(output_of(context, {program, "-m", "venv", "--clear", "--without-pip",
                                "--system-site-packages", folder.string()}));
  const auto own = folder / "bin" / "python";
  if (!output_of(context, {own.string(), "-m", "pip", "--version"})) {
    context.annotate(
        evidence::AnnotationLevel::warning,
        fmt::format("Python {} has no pip on this machine: `pip` will not be found", python.name));
    return {};
  }
  for (const auto* name : {"pip", "pip3"}) {
    const auto script = folder / "bin" / name;
    CREMA_TRY(
        sys::write_file(script, fmt::format("#!/bin/sh\nexec '{}' -m pip \"$@\"\n", own.string())));
    fs::permissions(script, fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec,
                    fs::perm_options::add);
  }
  return {};
}

// The scripts of an environment name the folder they were made in.
Result<> rename_in_scripts(const fs::path& folder, const fs::path& from, const fs::path& to) {
  for (const auto& entry : fs::directory_iterator(folder / "bin")) {
    if (entry.is_symlink() || !entry.is_regular_file() || entry.file_size() > 100'000) continue;
    auto text = CREMA_TRY(sys::read_file(entry.path()));
    if (text.find(from.native()) == std::string::npos) continue;
    CREMA_TRY(
        sys::write_file(entry.path(), replace_all(std::move(text), from.native(), to.native())));
  }
  return {};
}

// Making an environment with pip takes seconds, copying one does not: the first of each Python
// stays in the tool cache. Made beside and renamed, so that jobs at the same time do not meet.
Result<> make_environment(run::ActionContext& context, const PythonVersion& python,
                          const fs::path& folder) {
  if (fs::exists(folder / "bin" / "python")) return {};
  const auto kept =
      context.tool_cache() / "python-environments" /
      fmt::format("{}-{}", python.name, sha256_hex(python.program.native()).substr(0, 12));
  if (!fs::exists(kept)) {
    CREMA_TRY(sys::make_directories(kept.parent_path()));
    const auto beside = CREMA_TRY(sys::TemporaryDirectory::create(kept.parent_path(), "new-"));
    const auto made = beside.path() / "environment";
    CREMA_TRY(make_template(context, python, made));
    CREMA_TRY(rename_in_scripts(made, made, kept));
    std::error_code error;
    fs::rename(made, kept, error);
    if (error && !fs::exists(kept)) {
      return fail("actions/cannot-write",
                  fmt::format("cannot keep {}: {}", kept.string(), error.message()));
    }
  }
  CREMA_TRY(sys::make_directories(folder.parent_path()));
  CREMA_TRY(sys::copy_tree(kept, folder));
  return rename_in_scripts(folder, kept, folder);
}

void update_environment(run::ActionContext& context, const PythonVersion& python,
                        const fs::path& folder) {
  for (const auto* name :
       {"pythonLocation", "Python_ROOT_DIR", "Python2_ROOT_DIR", "Python3_ROOT_DIR"}) {
    context.export_variable(name, folder.string());
  }
  context.export_variable("PKG_CONFIG_PATH", (python.prefix / "lib" / "pkgconfig").string());
  if (python.prefix != "/usr") {
    const auto before = context.variable("LD_LIBRARY_PATH");
    const auto lib = (python.prefix / "lib").string();
    context.export_variable("LD_LIBRARY_PATH", before.empty() ? lib : lib + ":" + before);
  }
  context.add_path(folder / "bin");
}

Result<std::vector<std::string>> cache_folders(run::ActionContext& context,
                                               std::string_view manager, const fs::path& python) {
  if (manager == "pipenv")
    return std::vector<std::string>{(context.home() / ".local/share/virtualenvs").string()};
  const auto text = manager == "poetry"
                        ? output_of(context, {"poetry", "config", "cache-dir"}, context.workspace())
                        : output_of(context, {python.string(), "-m", "pip", "cache", "dir"});
  if (!text) return fail(text.error());
  return std::vector<std::string>{path_in_output(*text)};
}

Result<> use_cache(run::ActionContext& context, const PythonVersion& python,
                   const fs::path& program) {
  const auto name = context.input("cache");
  if (name.empty()) return {};
  const auto manager = std::ranges::find(kPackageManagers, name, &PackageManager::name);
  if (manager == kPackageManagers.end()) {
    return fail("actions/bad-input", fmt::format("Caching for '{}' is not supported", name));
  }
  auto patterns = context.input_lines("cache-dependency-path");
  if (patterns.empty()) patterns.emplace_back(manager->files);
  auto hash = CREMA_TRY(run::hash_files(patterns, glob_place(context), true));
  if (hash.empty() && !manager->fallback.empty()) {
    patterns = {std::string(manager->fallback)};
    hash = CREMA_TRY(run::hash_files(patterns, glob_place(context), true));
  }
  if (hash.empty()) {
    return fail("actions/no-lock-file",
                fmt::format("No file in {} matched to [{}], make sure you have checked out "
                            "the target repository",
                            context.workspace().string(), join(patterns, ",")));
  }
  const auto stem = fmt::format("setup-python-{}-{}-python-{}-{}", context.variable("RUNNER_OS"),
                                to_lower(context.variable("RUNNER_ARCH")), python.name, name);
  restore_dependencies(context, {.folders = CREMA_TRY(cache_folders(context, name, program)),
                                 .key = stem + "-" + hash,
                                 .restore_keys = {stem}});
  return {};
}

Result<> pip_install(run::ActionContext& context, const fs::path& program,
                     std::vector<std::string> what) {
  std::vector<std::string> argv{program.string(), "-m", "pip", "install"};
  argv.insert(argv.end(), what.begin(), what.end());
  const auto ended = CREMA_TRY(context.execute(std::move(argv), context.workspace()));
  if (ended.ok()) return {};
  return fail("actions/command-failed", "pip install " + join(what, " ") + " failed");
}

Result<> install_packages(run::ActionContext& context, const fs::path& program) {
  if (const auto version = context.input("pip-version"); !version.empty()) {
    CREMA_TRY(pip_install(context, program, {"--upgrade", "pip==" + version}));
  }
  const auto packages = context.input("pip-install");
  std::vector<std::string> words;
  for (const auto word : split(packages, ' ')) {
    if (!trim(word).empty()) words.emplace_back(trim(word));
  }
  if (!words.empty()) CREMA_TRY(pip_install(context, program, std::move(words)));
  return {};
}

Result<> setup(run::ActionContext& context) {
  say_without_effect(context, kInputs, kWithoutEffect);
  if (context.input_flag("freethreaded")) {
    return fail("actions/not-supported",
                "not supported: free-threaded Python (input freethreaded)");
  }
  const bool update = context.input_flag("update-environment");
  for (const auto& spec : CREMA_TRY(wanted_versions(context))) {
    const auto python =
        CREMA_TRY(provide_python(context, spec, context.input_flag("allow-prereleases")));
    fs::path program = python.program;
    if (update) {
      const auto folder = context.temp() / "python" / python.name;
      CREMA_TRY(make_environment(context, python, folder));
      update_environment(context, python, folder);
      program = folder / "bin" / "python";
    }
    context.log(
        fmt::format("{} {} from {}", python.implementation, python.name, python.program.string()));
    context.set_output("python-version", python.name);
    context.set_output("python-path", program.string());
    CREMA_TRY(install_packages(context, program));
    CREMA_TRY(use_cache(context, python, program));
  }
  return add_matchers(context, "setup-python", kMatchers);
}

Result<> post(run::ActionContext& context) {
  save_dependencies(context);
  return {};
}

}  // namespace

const run::BuiltinAction kSetupPython{
    .name = "actions/setup-python",
    .versions = "v1-v6",
    .inputs = kInputs,
    .main = setup,
    .post = post,
    .post_condition = "success()",
};

}  // namespace crema::actions
