// dominikh/staticcheck-action with the installed staticcheck or one built from the module proxy.
#include "builtins.h"
#include "go_tool.h"
#include "inputs.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <array>

namespace crema::actions {
namespace {

namespace fs = std::filesystem;

constexpr std::array kInputs = std::to_array<run::InputSpec>({
    {"version", "latest"},
    {"min-go-version", "module"},
    {"build-tags"},
    {"checks", "inherit"},
    {"install-go", "true"},
    {"use-cache", "true"},
    {"cache-key"},
    {"working-directory", "."},
    {"output-format", "text"},
    {"output-file"},
    {"merge-files"},
});

constexpr std::array kWithoutEffect = std::to_array<WithoutEffect>({
    {"use-cache", "staticcheck's cache stays in this machine's tool cache"},
    {"cache-key", "staticcheck's cache stays in this machine's tool cache"},
});

constexpr std::string_view kMatchers = R"json({"problemMatcher": [
  {"owner": "staticcheck-compile", "severity": "error", "pattern": [
    {"regexp": "^(\\S.*?):(\\d+):(\\d+): (.+ \\((compile)\\))$", "file": 1, "line": 2, "column": 3, "message": 4, "code": 5}]},
  {"owner": "staticcheck-fail", "severity": "error", "pattern": [
    {"regexp": "^(\\S.*?):(\\d+):(\\d+): (.+ \\(([A-Z]+[0-9]+)\\))$", "file": 1, "line": 2, "column": 3, "message": 4, "code": 5}]}
]})json";

// Releases are called by year ("2023.1.6"), the module's versions are not ("v0.4.6"), and a module
// proxy may know the latter only. Source: staticcheck's release notes.
std::string module_version(const std::string& release) {
  constexpr std::array kSeries = std::to_array<std::pair<std::string_view, std::string_view>>({
      {"2021.1", "v0.2"},
      {"2022.1", "v0.3"},
      {"2023.1", "v0.4"},
      {"2024.1", "v0.5"},
      {"2025.1", "v0.6"},
  });
  for (const auto& [year, series] : kSeries) {
    if (release == year) return std::string(series) + ".0";
    if (release.starts_with(std::string(year) + "."))
      return std::string(series) + release.substr(year.size());
  }
  return release;
}

Result<fs::path> program(run::ActionContext& context) {
  const auto version = context.input("version");
  if (const auto installed = context.find_program("staticcheck")) {
    const auto text = output_of(context, {installed->string(), "-version"}).value_or("");
    if (version == "latest" || text.find(version) != std::string::npos) {
      context.log(fmt::format("Using the installed {}", text));
      return *installed;
    }
  }
  return build_go_tool(context, "honnef.co/go/tools/cmd/staticcheck", module_version(version));
}

std::vector<std::string> arguments(const run::ActionContext& context) {
  std::vector<std::string> words{"-checks", context.input("checks"), "-f",
                                 context.input("output-format")};
  if (const auto merged = context.input_lines("merge-files"); !merged.empty()) {
    words.emplace_back("-merge");
    words.insert(words.end(), merged.begin(), merged.end());
    return words;
  }
  words.insert(words.begin(), {"-tags", context.input("build-tags")});
  words.insert(words.end(), {"-go", context.input("min-go-version"), "./..."});
  return words;
}

Result<> staticcheck(run::ActionContext& context) {
  say_without_effect(context, kInputs, kWithoutEffect);
  if (context.input_flag("install-go")) context.log("input install-go: the Go on PATH is used");
  auto argv = arguments(context);
  argv.insert(argv.begin(), CREMA_TRY(program(context)).string());
  CREMA_TRY(add_matchers(context, "staticcheck", kMatchers));
  const auto folder = resolve_path(context, context.input("working-directory"));
  const sys::Environment extra{
      {"STATICCHECK_CACHE", (context.tool_cache() / "staticcheck-cache").string()}};
  sys::Exit ended;
  if (const auto file = context.input("output-file"); file.empty()) {
    ended = CREMA_TRY(context.execute(std::move(argv), folder, extra));
  } else {
    const auto ran = CREMA_TRY(context.capture(std::move(argv), folder, extra));
    CREMA_TRY(sys::write_file(folder / file, ran.output));
    ended = ran.exit;
  }
  if (ended.ok()) return {};
  return fail("actions/findings", fmt::format("staticcheck ended with exit code {}", ended.code));
}

}  // namespace

const run::BuiltinAction kStaticcheck{
    .name = "dominikh/staticcheck-action",
    .versions = "v1",
    .inputs = kInputs,
    .main = staticcheck,
};

}  // namespace crema::actions
