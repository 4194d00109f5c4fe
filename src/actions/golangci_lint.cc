// golangci/golangci-lint-action with the installed golangci-lint or one built from the module
// proxy. Issues become annotations from its JSON report.
#include "builtins.h"
#include "go_tool.h"
#include "inputs.h"

#include "crema/base/strings.h"
#include "crema/expr/value.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace crema::actions {
namespace {

namespace fs = std::filesystem;

constexpr std::array kInputs = std::to_array<run::InputSpec>({
    {"version"},
    {"version-file"},
    {"install-mode", "binary"},
    {"install-only", "false"},
    {"working-directory"},
    {"github-token"},
    {"verify", "true"},
    {"only-new-issues", "false"},
    {"args"},
    {"annotations", "true"},
    {"skip-cache", "false"},
    {"skip-save-cache", "false"},
    {"skip-pkg-cache", "false"},
    {"skip-build-cache", "false"},
    {"skip-go-installation", "false"},
    {"cache-invalidation-interval", "7"},
    {"problem-matchers", "false"},
    {"debug"},
    {"experimental"},
});

constexpr std::string_view kCache = "golangci-lint's cache stays in this machine's tool cache";
constexpr std::array kWithoutEffect = std::to_array<WithoutEffect>({
    {"github-token", "new issues are found from the repository's history"},
    {"verify", "the configuration is not held against its JSON schema, which would be downloaded"},
    {"skip-cache", kCache},
    {"skip-save-cache", kCache},
    {"skip-pkg-cache", kCache},
    {"skip-build-cache", kCache},
    {"cache-invalidation-interval", kCache},
    {"skip-go-installation", "the Go on PATH is used"},
    {"problem-matchers", "annotations come from the JSON report"},
    {"debug", kCache},
    {"experimental", "it is not known here"},
});

// Actions up to v6 installed golangci-lint v1, later ones v2.
constexpr int kFirstActionWithV2 = 7;

struct Tool {
  fs::path program;
  int major = 2;
};

int major_in(std::string_view text) {
  const auto at = text.find("version ");
  auto rest = at == std::string_view::npos ? text : text.substr(at + 8);
  if (rest.starts_with('v')) rest.remove_prefix(1);
  return rest.starts_with("1.") ? 1 : 2;
}

Result<std::string> wanted_version(run::ActionContext& context, const fs::path& folder) {
  if (const auto version = context.input("version"); !version.empty()) return version;
  const auto file = context.input("version-file");
  if (file.empty()) return std::string("latest");
  const auto text = CREMA_TRY(sys::read_file(folder / file));
  for (const auto line : split_lines(text)) {
    const auto content = trim(line);
    if (file.ends_with(".tool-versions")) {
      if (content.starts_with("golangci-lint ")) return "v" + std::string(trim(content.substr(14)));
    } else if (!content.empty()) {
      return content.starts_with('v') ? std::string(content) : "v" + std::string(content);
    }
  }
  return fail("actions/no-version", fmt::format("{} asks for no version of golangci-lint", file));
}

Result<Tool> provide(run::ActionContext& context, const fs::path& folder) {
  const auto mode = context.input("install-mode");
  const auto version = CREMA_TRY(wanted_version(context, folder));
  const auto action_major = requested_major(context).value_or(kFirstActionWithV2);
  const int major =
      version.starts_with("v1.") || (version == "latest" && action_major < kFirstActionWithV2) ? 1
                                                                                               : 2;
  if (const auto installed = context.find_program("golangci-lint")) {
    const auto text = output_of(context, {installed->string(), "version"}).value_or("");
    const auto number = version.starts_with('v') ? version.substr(1) : version;
    const bool fits = mode == "none" || text.find("version " + number) != std::string::npos ||
                      text.find("version v" + number) != std::string::npos ||
                      (version == "latest" && major_in(text) == major);
    if (fits) {
      context.log("Using the installed " + text);
      return Tool{*installed, major_in(text)};
    }
  }
  if (mode == "none")
    return fail("actions/program-not-found",
                "golangci-lint is not installed, and install-mode is none");
  const auto package = major == 1 ? "github.com/golangci/golangci-lint/cmd/golangci-lint"
                                  : "github.com/golangci/golangci-lint/v2/cmd/golangci-lint";
  return Tool{CREMA_TRY(build_go_tool(context, package, version)), major};
}

// The commit that new issues are counted from: a pull request's base, what a push started from.
std::string base_commit(const run::ActionContext& context) {
  const auto event = context.github().member("event");
  const auto base = event.member("pull_request").member("base").member("sha").to_text();
  if (!base.empty()) return base;
  const auto before = event.member("before").to_text();
  return before.find_first_not_of('0') == std::string::npos ? "HEAD~" : before;
}

evidence::Annotation annotation_of(const expr::Value& issue, const fs::path& folder,
                                   const fs::path& workspace) {
  const auto position = issue.member("Pos");
  const auto number = [&](std::string_view name) {
    const auto value = position.member(name);
    return value.kind() == expr::Kind::number ? static_cast<std::uint32_t>(value.as_number()) : 0u;
  };
  const auto severity = to_lower(issue.member("Severity").to_text());
  const auto level = severity == "warning"                      ? evidence::AnnotationLevel::warning
                     : severity == "info" || severity == "note" ? evidence::AnnotationLevel::notice
                                                                : evidence::AnnotationLevel::error;
  const auto linter = issue.member("FromLinter").to_text();
  const auto file = (folder / position.member("Filename").to_text()).lexically_normal();
  return {.level = level,
          .message = fmt::format("{} ({})", issue.member("Text").to_text(), linter),
          .title = linter,
          .file = file.lexically_relative(workspace).string(),
          .line = number("Line"),
          .column = number("Column")};
}

void annotate(run::ActionContext& context, const fs::path& report, const fs::path& folder) {
  const auto text = sys::read_file(report);
  const auto json = text ? expr::from_json(*text) : std::nullopt;
  if (!json || json->member("Issues").kind() != expr::Kind::array) return;
  for (const auto& issue : json->member("Issues").as_array()) {
    context.annotate_at(annotation_of(issue, folder, context.workspace()));
  }
}

Result<> lint(run::ActionContext& context) {
  say_without_effect(context, kInputs, kWithoutEffect);
  const auto folder = resolve_path(context, context.input("working-directory"));
  const auto tool = CREMA_TRY(provide(context, folder));
  if (context.input_flag("install-only")) {
    context.add_path(tool.program.parent_path());
    return {};
  }
  std::vector<std::string> argv{tool.program.string(), "run"};
  const auto own = shell_words(context.input("args"));
  const bool own_output = std::ranges::any_of(own, [](const auto& word) {
    return word.starts_with("--out-format") || word.starts_with("--output.");
  });
  const auto report = context.temp() / "golangci-lint.json";
  if (!own_output) {
    CREMA_TRY(sys::remove_tree(report));
    if (tool.major == 1) {
      argv.push_back(fmt::format("--out-format=json:{},line-number", report.string()));
    } else {
      argv.insert(argv.end(),
                  {"--output.json.path=" + report.string(), "--output.text.path=stdout"});
    }
  }
  if (context.input_flag("only-new-issues"))
    argv.push_back("--new-from-rev=" + base_commit(context));
  argv.insert(argv.end(), own.begin(), own.end());
  context.log(join(argv, " "));
  const auto ended = CREMA_TRY(context.execute(
      std::move(argv), folder,
      {{"GOLANGCI_LINT_CACHE", (context.tool_cache() / "golangci-lint-cache").string()}}));
  if (!own_output && context.input_flag("annotations")) annotate(context, report, folder);
  if (ended.ok()) {
    context.log("golangci-lint found no issues");
    return {};
  }
  return fail("actions/findings", ended.code == 1
                                      ? "issues found"
                                      : fmt::format("golangci-lint exit with code {}", ended.code));
}

}  // namespace

const run::BuiltinAction kGolangciLint{
    .name = "golangci/golangci-lint-action",
    .versions = "v2-v9",
    .inputs = kInputs,
    .main = lint,
};

}  // namespace crema::actions
