// actions/setup-node with the Node.js of this machine and of the npm registry.
#include "builtins.h"
#include "cache_steps.h"
#include "inputs.h"
#include "node_versions.h"

#include "crema/base/strings.h"
#include "crema/expr/value.h"
#include "crema/run/glob_walk.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::actions {
namespace {

namespace fs = std::filesystem;

constexpr std::array kInputs = std::to_array<run::InputSpec>({
    {"always-auth", "false"},
    {"node-version"},
    {"node-version-file"},
    {"version"},
    {"architecture"},
    {"check-latest", "false"},
    {"registry-url"},
    {"scope"},
    {"token"},
    {"cache"},
    {"package-manager-cache", "true"},
    {"cache-dependency-path"},
    {"mirror"},
    {"mirror-token"},
});

constexpr std::array kWithoutEffect = std::to_array<WithoutEffect>({
    {"token", "nothing is downloaded from github.com"},
    {"mirror", "other versions come from the npm registry"},
    {"mirror-token", "other versions come from the npm registry"},
    {"architecture", "Node.js runs as what this machine is"},
});

constexpr std::string_view kMatchers = R"json({"problemMatcher": [
  {"owner": "tsc", "pattern": [
    {"regexp": "^(?:\\s*\\d+>)?([^\\s(][^(]*)\\((\\d+),(\\d+)\\)\\s*:\\s+(error|warning|info)\\s+(\\w+)\\s*:\\s*(.*)$",
     "file": 1, "line": 2, "column": 3, "severity": 4, "code": 5, "message": 6}]},
  {"owner": "eslint-compact", "pattern": [
    {"regexp": "^(.+):\\sline\\s(\\d+),\\scol\\s(\\d+),\\s(Error|Warning|Info)\\s-\\s(.+)\\s\\((.+)\\)$",
     "file": 1, "line": 2, "column": 3, "severity": 4, "message": 5, "code": 6}]},
  {"owner": "eslint-stylish", "pattern": [
    {"regexp": "^([^\\s].*)$", "file": 1},
    {"regexp": "^\\s+(\\d+):(\\d+)\\s+(error|warning|info)\\s+(.*)\\s\\s+(.*)$",
     "line": 1, "column": 2, "severity": 3, "message": 4, "code": 5, "loop": true}]}
]})json";

struct PackageManager {
  std::string_view name;
  std::string_view lock_files;  // in the order they are looked for
};
constexpr std::array kPackageManagers = std::to_array<PackageManager>({
    {"npm", "package-lock.json npm-shrinkwrap.json yarn.lock"},
    {"pnpm", "pnpm-lock.yaml"},
    {"yarn", "yarn.lock"},
});

Result<std::string> wanted_version(run::ActionContext& context) {
  auto version = context.input("node-version");
  if (version.empty()) version = context.input("version");
  const auto file = context.input("node-version-file");
  if (!version.empty()) {
    if (!file.empty()) {
      context.annotate(evidence::AnnotationLevel::warning,
                       "Both node-version and node-version-file inputs are specified, only "
                       "node-version will be used");
    }
    return version;
  }
  if (file.empty()) return version;
  version = CREMA_TRY(node_version_in(resolve_path(context, file)));
  if (version.empty()) {
    return fail("actions/no-version", fmt::format("{} asks for no version of Node.js", file));
  }
  context.log(fmt::format("Resolved {} as {}", file, version));
  return version;
}

// What npm and yarn need to publish to or install from a registry: an .npmrc of the job's own,
// which reads the token from the environment.
Result<> configure_registry(run::ActionContext& context) {
  auto url = context.input("registry-url");
  if (url.empty()) return {};
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    return fail("actions/bad-input", fmt::format("Invalid registry-url: {}", url));
  }
  if (!url.ends_with('/')) url += '/';
  auto scope = context.input("scope");
  if (scope.empty() && url.find("npm.pkg.github.com") != std::string::npos) {
    scope = github_text(context, "repository_owner");
  }
  if (!scope.empty() && !scope.starts_with('@')) scope = "@" + scope;
  const auto host = url.substr(url.find("//"));
  const auto setting = scope.empty() ? std::string("registry") : to_lower(scope) + ":registry";
  const auto file = context.temp() / ".npmrc";
  std::string text;
  if (const auto before = sys::read_file(file)) {
    for (const auto line : split_lines(*before)) {
      if (!to_lower(line).starts_with(to_lower(setting))) text += std::string(line) + "\n";
    }
  }
  text += fmt::format("{}:_authToken=${{NODE_AUTH_TOKEN}}\n{}={}\n", host, setting, url);
  if (context.input_flag("always-auth")) text += "always-auth=true\n";
  CREMA_TRY(sys::write_file(file, text));
  context.export_variable("NPM_CONFIG_USERCONFIG", file.string());
  // npm refuses a file that names an unset variable, so there is always a value.
  const auto token = context.variable("NODE_AUTH_TOKEN");
  context.export_variable("NODE_AUTH_TOKEN", token.empty() ? "XXXXX-XXXXX-XXXXX-XXXXX" : token);
  return {};
}

// v5 and later cache npm's folder unasked when package.json says that npm is the package manager.
std::string cache_wanted(const run::ActionContext& context) {
  const auto asked = context.input("cache");
  if (!asked.empty() || !context.input_flag("package-manager-cache")) return asked;
  if (requested_major(context).value_or(5) < 5) return asked;
  const auto text = sys::read_file(context.workspace() / "package.json");
  const auto json = text ? expr::from_json(*text) : std::nullopt;
  if (!json) return asked;
  const bool npm =
      json->member("packageManager").to_text().starts_with("npm@") ||
      json->member("devEngines").member("packageManager").member("name").to_text() == "npm";
  return npm && fs::exists(context.workspace() / "package-lock.json") ? "npm" : asked;
}

Result<std::string> cache_folder(run::ActionContext& context, std::string_view manager,
                                 const sys::Environment& extra) {
  std::vector<std::string> argv{"npm", "config", "get", "cache"};
  if (manager == "pnpm") argv = {"pnpm", "store", "path", "--silent"};
  if (manager == "yarn") {
    const auto version =
        parse_version(CREMA_TRY(output_of(context, {"yarn", "--version"}, {}, extra)));
    if (version && version->major == 1) {
      argv = {"yarn", "cache", "dir"};
    } else {
      argv = {"yarn", "config", "get", "cacheFolder"};
    }
  }
  const auto text = CREMA_TRY(output_of(context, std::move(argv), context.workspace(), extra));
  return path_in_output(text);
}

Result<> use_cache(run::ActionContext& context, const sys::Environment& extra) {
  const auto name = cache_wanted(context);
  if (name.empty()) return {};
  const auto manager = std::ranges::find(kPackageManagers, name, &PackageManager::name);
  if (manager == kPackageManagers.end()) {
    return fail("actions/bad-input", fmt::format("Caching for '{}' is not supported", name));
  }
  auto patterns = context.input_lines("cache-dependency-path");
  if (patterns.empty()) {
    const auto lock_files = split(manager->lock_files, ' ');
    const auto found = std::ranges::find_if(
        lock_files, [&](auto file) { return fs::exists(context.workspace() / file); });
    if (found == lock_files.end()) {
      return fail(
          "actions/no-lock-file",
          fmt::format("Dependencies lock file is not found in {}. Supported file patterns: {}",
                      context.workspace().string(),
                      replace_all(std::string(manager->lock_files), " ", ",")));
    }
    patterns.emplace_back(*found);
  }
  const auto hash = CREMA_TRY(run::hash_files(patterns, glob_place(context), true));
  if (hash.empty()) {
    return fail("actions/no-lock-file",
                "Some specified paths were not resolved, unable to cache dependencies.");
  }
  restore_dependencies(context,
                       {.folders = {CREMA_TRY(cache_folder(context, name, extra))},
                        .key = fmt::format("node-cache-{}-{}-{}-{}", context.variable("RUNNER_OS"),
                                           to_lower(context.variable("RUNNER_ARCH")), name, hash)});
  return {};
}

Result<> setup(run::ActionContext& context) {
  say_without_effect(context, kInputs, kWithoutEffect);
  const auto wanted = CREMA_TRY(wanted_version(context));
  sys::Environment extra;
  if (!wanted.empty()) {
    const auto node = CREMA_TRY(provide_node(context, wanted, context.input_flag("check-latest")));
    context.add_path(node.bin);
    extra.emplace("PATH", node.bin.string() + ":" + context.variable("PATH"));
    context.log(fmt::format("Node.js {} from {}", node.version.text(), node.bin.string()));
    context.set_output("node-version", "v" + node.version.text());
  } else {
    const auto text = output_of(context, {"node", "--version"});
    if (!text) return fail("actions/no-such-node", "no Node.js is installed on this machine");
    context.log(fmt::format("Node.js {} from PATH", *text));
    context.set_output("node-version", *text);
  }
  CREMA_TRY(configure_registry(context));
  CREMA_TRY(use_cache(context, extra));
  return add_matchers(context, "setup-node", kMatchers);
}

Result<> post(run::ActionContext& context) {
  save_dependencies(context);
  return {};
}

}  // namespace

const run::BuiltinAction kSetupNode{
    .name = "actions/setup-node",
    .versions = "v1-v6",
    .inputs = kInputs,
    .main = setup,
    .post = post,
    .post_condition = "success()",
};

}  // namespace crema::actions
