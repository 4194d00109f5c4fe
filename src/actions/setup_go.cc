// actions/setup-go with the toolchains of this machine and of the module proxy.
#include "builtins.h"
#include "cache_steps.h"
#include "go_toolchains.h"
#include "inputs.h"

#include "crema/base/strings.h"
#include "crema/run/glob_walk.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <array>

namespace crema::actions {
namespace {

namespace fs = std::filesystem;

constexpr std::array kInputs = std::to_array<run::InputSpec>({
    {"go-version"},
    {"go-version-file"},
    {"check-latest", "false"},
    {"token"},
    {"cache"},
    {"cache-dependency-path"},
    {"architecture"},
    {"go-download-base-url"},
    {"stable"},
});

constexpr std::array kWithoutEffect = std::to_array<WithoutEffect>({
    {"token", "nothing is downloaded from github.com"},
    {"go-download-base-url", "other versions come from the module proxy"},
    {"stable", "ranges never match pre-releases"},
});

constexpr std::string_view kMatchers = R"json({"problemMatcher": [{"owner": "go", "pattern": [
  {"regexp": "^\\s*(.+\\.go):(?:(\\d+):(\\d+):)? (.*)", "file": 1, "line": 2, "column": 3, "message": 4}
]}]})json";

// v6 made `local` the rule for every later go command, so that go.mod cannot switch versions.
constexpr int kFirstWithLocalToolchain = 6;

int major_or_newest(const run::ActionContext& context) {
  return requested_major(context).value_or(kFirstWithLocalToolchain);
}

Result<std::string> wanted_version(run::ActionContext& context) {
  const auto version = context.input("go-version");
  const auto file = context.input("go-version-file");
  if (!version.empty()) {
    if (!file.empty()) {
      context.annotate(
          evidence::AnnotationLevel::warning,
          "Both go-version and go-version-file inputs are specified, only go-version will be used");
    }
    return version;
  }
  if (file.empty()) return version;
  const auto path = resolve_path(context, file);
  const auto text = sys::read_file(path);
  if (!text) {
    return fail("actions/no-such-file",
                fmt::format("The specified go version file at: {} does not exist", file));
  }
  const bool prefer_toolchain = context.variable("GOTOOLCHAIN") != "local";
  return go_version_in(path.filename().native(), *text, prefer_toolchain);
}

Result<> check_architecture(const run::ActionContext& context) {
  const auto wanted = to_lower(context.input("architecture"));
  const auto own = to_lower(context.variable("RUNNER_ARCH"));
  const auto normal = [](const std::string& name) {
    return name == "amd64" ? std::string("x64") : name;
  };
  if (wanted.empty() || own.empty() || normal(wanted) == normal(own)) return {};
  return fail(
      "actions/not-supported",
      fmt::format("not supported: Go for the architecture {} on a machine of {}", wanted, own));
}

Result<GoToolchain> choose(run::ActionContext& context, const std::string& version) {
  if (!version.empty()) return provide_go(context, version, context.input_flag("check-latest"));
  context.log(
      "[warning]go-version input was not specified. The action will try to use pre-installed "
      "version.");
  const auto program = context.find_program("go");
  const auto installed = installed_go(context);
  std::error_code error;
  for (const auto& each : installed) {
    if (program && fs::equivalent(*program, each.root / "bin/go", error)) return each;
  }
  if (!installed.empty()) return installed.front();
  return fail("actions/no-such-go", "no Go is installed on this machine");
}

Result<> use_cache(run::ActionContext& context, const fs::path& go, const std::string& version,
                   const sys::Environment& extra) {
  const auto input = context.input("cache");
  const bool wanted =
      input.empty() ? major_or_newest(context) >= 4 : equals_ignore_case(input, "true");
  if (!wanted) return {};
  std::vector<std::string> patterns = context.input_lines("cache-dependency-path");
  if (patterns.empty()) {
    const auto* file = major_or_newest(context) >= 6 ? "go.mod" : "go.sum";
    if (!fs::exists(context.workspace() / file)) {
      return fail("actions/no-lock-file",
                  fmt::format("Dependencies file is not found in {}. Supported file pattern: {}",
                              context.workspace().string(), file));
    }
    patterns.emplace_back(file);
  }
  const auto hash = CREMA_TRY(run::hash_files(patterns, glob_place(context), true));
  if (hash.empty()) {
    return fail("actions/no-lock-file",
                "Some specified paths were not resolved, unable to cache dependencies.");
  }
  DependencyCache cache;
  for (const auto* name : {"GOMODCACHE", "GOCACHE"}) {
    cache.folders.push_back(
        path_in_output(CREMA_TRY(output_of(context, {go.string(), "env", name}, {}, extra))));
  }
  const auto image = context.variable("ImageOS");
  cache.key = fmt::format("setup-go-{}-{}-{}go-{}-{}", context.variable("RUNNER_OS"),
                          to_lower(context.variable("RUNNER_ARCH")),
                          image.empty() ? "" : image + "-", version, hash);
  restore_dependencies(context, cache);
  return {};
}

Result<> setup(run::ActionContext& context) {
  say_without_effect(context, kInputs, kWithoutEffect);
  CREMA_TRY(check_architecture(context));
  const auto version = CREMA_TRY(wanted_version(context));
  const auto toolchain = CREMA_TRY(choose(context, version));
  const auto go = toolchain.root / "bin" / "go";

  sys::Environment extra{{"GOTOOLCHAIN", "local"}};
  if (major_or_newest(context) >= kFirstWithLocalToolchain)
    context.export_variable("GOTOOLCHAIN", "local");
  if (toolchain.version < Version{1, 9, 0, {}}) {
    context.export_variable("GOROOT", toolchain.root.string());
    extra.emplace("GOROOT", toolchain.root.string());
  }
  context.add_path(toolchain.root / "bin");
  const fs::path gopath(
      path_in_output(CREMA_TRY(output_of(context, {go.string(), "env", "GOPATH"}, {}, extra))));
  if (!gopath.empty()) {
    CREMA_TRY(sys::make_directories(gopath / "bin"));
    context.add_path(gopath / "bin");
  }
  context.log(fmt::format("Go {} from {}", toolchain.name, toolchain.root.string()));
  context.set_output("go-version", toolchain.name);
  if (auto cached = use_cache(context, go, toolchain.name, extra); !cached) {
    context.annotate(evidence::AnnotationLevel::warning,
                     "Restore cache failed: " + cached.error().message);
  }
  return add_matchers(context, "setup-go", kMatchers);
}

Result<> post(run::ActionContext& context) {
  save_dependencies(context);
  return {};
}

}  // namespace

const run::BuiltinAction kSetupGo{
    .name = "actions/setup-go",
    .versions = "v2-v6",
    .inputs = kInputs,
    .main = setup,
    .post = post,
    .post_condition = "success()",
};

}  // namespace crema::actions
