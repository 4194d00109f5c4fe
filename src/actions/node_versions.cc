#include "node_versions.h"

#include "inputs.h"

#include "crema/base/strings.h"
#include "crema/expr/value.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <system_error>

namespace crema::actions {
namespace {

namespace fs = std::filesystem;

fs::path npm_folder(const run::ActionContext& context) {
  return context.tool_cache() / "node-from-npm";
}

// Version managers keep one folder a version, named after it.
std::vector<NodeVersion> in_version_folders(const fs::path& folder, std::string_view bin) {
  std::vector<NodeVersion> found;
  std::error_code error;
  for (fs::directory_iterator entries(folder, error), end; !error && entries != end;
       entries.increment(error)) {
    const auto version = parse_version(entries->path().filename().native());
    const auto place = entries->path() / bin;
    if (version && fs::exists(place / "node")) found.push_back({*version, place});
  }
  return found;
}

std::vector<NodeVersion> from_npm(const run::ActionContext& context) {
  std::vector<NodeVersion> found;
  std::error_code error;
  for (fs::directory_iterator entries(npm_folder(context), error), end; !error && entries != end;
       entries.increment(error)) {
    const auto package = entries->path() / "node_modules" / "node";
    const auto text = sys::read_file(package / "package.json");
    const auto json = text ? expr::from_json(*text) : std::nullopt;
    const auto version = json ? parse_version(json->member("version").to_text()) : std::nullopt;
    if (version && fs::exists(package / "bin" / "node"))
      found.push_back({*version, package / "bin"});
  }
  return found;
}

std::optional<NodeVersion> on_path(run::ActionContext& context) {
  const auto program = context.find_program("node");
  if (!program) return std::nullopt;
  const auto text = output_of(context, {program->string(), "--version"});
  const auto version = text ? parse_version(*text) : std::nullopt;
  if (!version) return std::nullopt;
  return NodeVersion{*version, program->parent_path()};
}

// Names of long-term support lines and their majors (nodejs/Release schedule.json).
constexpr std::array kLtsNames = std::to_array<std::pair<std::string_view, int>>({
    {"argon", 4},
    {"boron", 6},
    {"carbon", 8},
    {"dubnium", 10},
    {"erbium", 12},
    {"fermium", 14},
    {"gallium", 16},
    {"hydrogen", 18},
    {"iron", 20},
    {"jod", 22},
    {"krypton", 24},
});

// What an alias means as a range; nullopt for `lts/*`, which depends on what there is.
Result<std::optional<std::string>> range_of(std::string_view spec) {
  const auto lower = to_lower(spec);
  if (lower == "latest" || lower == "current" || lower == "node")
    return std::optional<std::string>("*");
  if (lower == "lts" || lower == "lts/*" || lower == "--lts") return std::optional<std::string>();
  if (!lower.starts_with("lts/")) return std::optional<std::string>(spec);
  const auto name = lower.substr(4);
  const auto found = std::ranges::find(kLtsNames, name, &std::pair<std::string_view, int>::first);
  if (found != kLtsNames.end()) return std::optional<std::string>(std::to_string(found->second));
  return fail("actions/not-supported", fmt::format("not supported: the Node.js alias '{}'", spec));
}

std::string describe(const std::vector<NodeVersion>& installed) {
  std::vector<std::string> parts;
  parts.reserve(installed.size());
  for (const auto& each : installed) {
    parts.push_back(fmt::format("{} ({})", each.version.text(), each.bin.string()));
  }
  return parts.empty() ? "none" : join(parts, ", ");
}

// The registry's package `node` holds the official binaries, one version each.
Result<NodeVersion> from_registry(run::ActionContext& context, const std::string& spec) {
  const auto npm = context.find_program("npm");
  if (!npm) return fail("actions/program-not-found", "npm is not installed");
  std::string name = spec;
  std::ranges::replace_if(name, [](char c) { return c == '/' || c == ' ' || c == '|'; }, '_');
  const auto folder = npm_folder(context) / name;
  CREMA_TRY(sys::make_directories(folder));
  context.log(fmt::format("Node.js {} is not installed: asking the npm registry for it", spec));
  const auto installed =
      output_of(context,
                {npm->string(), "install", "--prefix", folder.string(), "--no-save", "--no-audit",
                 "--no-fund", "--loglevel=error", "node@" + spec},
                folder);
  const auto bin = folder / "node_modules" / "node" / "bin";
  if (!installed || !fs::exists(bin / "node")) {
    CREMA_TRY(sys::remove_tree(folder));
    return installed ? Result<NodeVersion>(make_error(
                           "actions/command-failed", "its package has no program for this machine"))
                     : Result<NodeVersion>(installed.error());
  }
  const auto text = CREMA_TRY(output_of(context, {(bin / "node").string(), "--version"}));
  if (const auto version = parse_version(text)) return NodeVersion{*version, bin};
  return fail("actions/command-failed", "`node --version` said: " + text);
}

Result<std::string> in_package_json(const fs::path& file, const expr::Value& json) {
  const auto volta = json.member("volta");
  if (const auto node = volta.member("node"); !node.is_null()) return node.to_text();
  if (const auto parent = volta.member("extends"); !parent.is_null()) {
    const auto next = (file.parent_path() / parent.to_text()).lexically_normal();
    if (next != file) return node_version_in(next);
  }
  const auto runtime = json.member("devEngines").member("runtime");
  const expr::Array one{runtime};
  const auto& runtimes = runtime.kind() == expr::Kind::array ? runtime.as_array() : one;
  for (const auto& each : runtimes) {
    if (each.member("name").to_text() == "node") return each.member("version").to_text();
  }
  return json.member("engines").member("node").to_text();
}

}  // namespace

std::vector<NodeVersion> installed_node(run::ActionContext& context) {
  std::vector<NodeVersion> all;
  if (auto node = on_path(context)) all.push_back(std::move(*node));
  const auto add = [&](std::vector<NodeVersion> more) {
    all.insert(all.end(), more.begin(), more.end());
  };
  add(in_version_folders(context.tool_cache() / "node", "x64/bin"));
  add(in_version_folders(context.tool_cache() / "node", "arm64/bin"));
  for (const auto& home : homes(context)) {
    add(in_version_folders(home / ".nvm/versions/node", "bin"));
    add(in_version_folders(home / ".local/share/fnm/node-versions", "installation/bin"));
    add(in_version_folders(home / ".volta/tools/image/node", "bin"));
    add(in_version_folders(home / ".asdf/installs/nodejs", "bin"));
  }
  if (const auto nvm = context.variable("NVM_DIR"); !nvm.empty()) {
    add(in_version_folders(fs::path(nvm) / "versions/node", "bin"));
  }
  add(in_version_folders("/usr/local/n/versions/node", "bin"));
  add(from_npm(context));
  std::vector<NodeVersion> found;
  for (auto& each : all) {
    if (std::ranges::find(found, each.version, &NodeVersion::version) == found.end()) {
      found.push_back(std::move(each));
    }
  }
  std::ranges::sort(found, std::greater(), &NodeVersion::version);
  return found;
}

Result<NodeVersion> provide_node(run::ActionContext& context, std::string_view spec, bool newest) {
  const auto installed = installed_node(context);
  const auto text = CREMA_TRY(range_of(trim(spec)));
  const auto range = CREMA_TRY(VersionRange::parse(text.value_or("*")));
  const auto found = std::ranges::find_if(installed, [&](const auto& each) {
    const bool long_term = each.version.major % 2 == 0;
    return range.contains(each.version) && (text || long_term);
  });
  if (found != installed.end() && !newest) return *found;

  auto fetched = from_registry(context, text.value_or("lts"));
  if (fetched) return fetched;
  if (found != installed.end()) {
    context.log(fmt::format(
        "the npm registry cannot be asked for newer versions: using installed Node.js {}",
        found->version.text()));
    return *found;
  }
  const auto& message = fetched.error().message;
  const auto why = message.substr(0, message.find('\n'));
  auto problem = make_error(
      "actions/no-such-node",
      fmt::format("no Node.js for '{}' on this machine; installed: {}; the npm registry: {}", spec,
                  describe(installed), why));
  problem.hint = "install it, or ask for a version that is installed";
  return fail(std::move(problem));
}

Result<std::string> node_version_in(const fs::path& file) {
  const auto text = sys::read_file(file);
  if (!text) {
    return fail(
        "actions/no-such-file",
        fmt::format("The specified node version file at: {} does not exist", file.string()));
  }
  if (const auto json = expr::from_json(*text); json && json->kind() == expr::Kind::object) {
    return in_package_json(file, *json);
  }
  for (const auto line : split_lines(*text)) {
    auto content = trim(line.substr(0, line.find('#')));
    for (const std::string_view tool : {"nodejs", "node"}) {
      if (content.starts_with(tool) && content.size() > tool.size() &&
          content[tool.size()] == ' ') {
        return std::string(trim(content.substr(tool.size())));
      }
    }
    if (content.empty() || content.find(' ') != std::string_view::npos) continue;
    if (content.size() > 1 && content.starts_with('v')) content.remove_prefix(1);
    return std::string(content);
  }
  return std::string();
}

}  // namespace crema::actions
