#include "go_toolchains.h"

#include "inputs.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <system_error>

namespace crema::actions {
namespace {

namespace fs = std::filesystem;

std::optional<GoToolchain> toolchain_at(const fs::path& root) {
  std::error_code error;
  if (!fs::exists(root / "bin" / "go", error)) return std::nullopt;
  const auto text = sys::read_file(root / "VERSION");
  if (!text || !text->starts_with("go")) return std::nullopt;
  const auto lines = split_lines(*text);
  const auto name = trim(lines.front().substr(0, lines.front().find(' '))).substr(2);
  const auto version = parse_version(name);
  if (!version) return std::nullopt;
  return GoToolchain{*version, std::string(name), root};
}

// Where downloads go, so that the next run finds them.
fs::path download_folder(const run::ActionContext& context) {
  return context.tool_cache() / "go" / "modules";
}

std::vector<fs::path> likely_roots(const run::ActionContext& context) {
  std::vector<fs::path> roots;
  if (const auto program = context.find_program("go")) {
    std::error_code error;
    const auto real = fs::canonical(*program, error);
    if (!error) roots.push_back(real.parent_path().parent_path());
  }
  roots.emplace_back("/usr/local/go");
  const auto children = [&](const fs::path& folder, std::string_view prefix,
                            std::string_view below) {
    std::error_code error;
    for (fs::directory_iterator entries(folder, error), end; !error && entries != end;
         entries.increment(error)) {
      if (entries->path().filename().native().starts_with(prefix))
        roots.push_back(below.empty() ? entries->path() : entries->path() / below);
    }
  };
  children("/usr/lib", "go-", "");
  children(context.tool_cache() / "go", "1.", "x64");
  children(context.tool_cache() / "go", "1.", "arm64");
  for (const auto& home : homes(context)) {
    children(home / "sdk", "go", "");
    children(home / "go/pkg/mod/golang.org", "toolchain@", "");
  }
  children(download_folder(context) / "golang.org", "toolchain@", "");
  return roots;
}

using Wanted = std::function<bool(const Version&)>;

// The answers of a go command that may use the network.
sys::Environment proxy_environment(const run::ActionContext& context, std::string toolchain) {
  return {{"GOTOOLCHAIN", std::move(toolchain)},
          {"GOFLAGS", ""},
          {"GOWORK", "off"},
          {"GOMODCACHE", download_folder(context).string()}};
}

// A go that understands GOTOOLCHAIN, to ask the proxy with.
const GoToolchain* bootstrap(const std::vector<GoToolchain>& installed) {
  const auto found = std::ranges::find_if(
      installed, [](const auto& each) { return each.version >= Version{1, 21, 0, {}}; });
  return found == installed.end() ? nullptr : &*found;
}

// Every version the proxy has, the newest first.
Result<std::vector<std::string>> published(run::ActionContext& context, const GoToolchain& go) {
  const auto text =
      CREMA_TRY(output_of(context, {(go.root / "bin/go").string(), "list", "-m", "-versions", "go"},
                          context.temp(), proxy_environment(context, "local")));
  std::vector<std::string> names;
  const auto lines = split_lines(text);
  if (lines.empty()) return names;
  for (const auto word : split(lines.back(), ' ')) {
    if (parse_version(word)) names.emplace_back(word);
  }
  std::ranges::sort(
      names, [](const auto& a, const auto& b) { return *parse_version(a) > *parse_version(b); });
  return names;
}

Result<GoToolchain> download(run::ActionContext& context, const GoToolchain& go,
                             const std::string& name) {
  context.log(fmt::format("Go {} is not installed: asking the module proxy for it", name));
  const auto text = CREMA_TRY(output_of(context, {(go.root / "bin/go").string(), "env", "GOROOT"},
                                        context.temp(), proxy_environment(context, "go" + name)));
  const fs::path root(path_in_output(text));
  if (auto toolchain = toolchain_at(root)) return *toolchain;
  // Older toolchains of the proxy have no VERSION file where they are expected.
  if (fs::exists(root / "bin" / "go"))
    return GoToolchain{parse_version(name).value_or(Version{}), name, root};
  return fail("actions/command-failed", "`go env GOROOT` gave no toolchain: " + text);
}

// `stable` is the newest release, `oldstable` the newest one of the minor version before it.
template <class Names>
std::optional<std::string> alias(std::string_view spec, const Names& newest_first) {
  std::optional<Version> stable;
  for (const std::string& name : newest_first) {
    const auto version = parse_version(name);
    if (!version || !version->prerelease.empty()) continue;
    if (!stable) stable = version;
    if (spec == "stable" || version->minor != stable->minor) return name;
  }
  return std::nullopt;
}

std::string describe(const std::vector<GoToolchain>& installed) {
  std::vector<std::string> parts;
  parts.reserve(installed.size());
  for (const auto& each : installed)
    parts.push_back(fmt::format("{} ({})", each.name, each.root.string()));
  return parts.empty() ? "none" : join(parts, ", ");
}

Diagnostic no_such_go(std::string_view spec, const std::vector<GoToolchain>& installed,
                      std::string why) {
  auto problem = make_error("actions/no-such-go",
                            fmt::format("no Go for '{}' on this machine; installed: {}; {}", spec,
                                        describe(installed), why));
  problem.hint = "install it, or ask for a version that is installed";
  return problem;
}

}  // namespace

std::vector<GoToolchain> installed_go(const run::ActionContext& context) {
  std::vector<GoToolchain> found;
  for (const auto& root : likely_roots(context)) {
    auto toolchain = toolchain_at(root);
    const auto same = [&](const auto& each) { return each.name == toolchain->name; };
    if (toolchain && std::ranges::none_of(found, same)) found.push_back(std::move(*toolchain));
  }
  std::ranges::sort(found, std::greater(), &GoToolchain::version);
  return found;
}

Result<GoToolchain> provide_go(run::ActionContext& context, std::string_view spec, bool newest) {
  const auto installed = installed_go(context);
  const bool is_alias = spec == "stable" || spec == "oldstable";
  std::optional<VersionRange> range;
  if (!is_alias) {
    range = CREMA_TRY(VersionRange::parse(spec));
    const auto found = std::ranges::find_if(
        installed, [&](const auto& each) { return range->contains(each.version); });
    if (found != installed.end() && !newest) return *found;
  }

  const auto* go = bootstrap(installed);
  if (go == nullptr)
    return fail(
        no_such_go(spec, installed, "others need an installed Go of 1.21 or newer to be fetched"));
  auto names = published(context, *go);
  if (!names) {
    // Offline: the best that is here, said aloud.
    std::vector<std::string> here;
    here.reserve(installed.size());
    for (const auto& each : installed) here.push_back(each.name);
    const auto name = is_alias ? alias(spec, here) : std::nullopt;
    const auto found = std::ranges::find_if(installed, [&](const auto& each) {
      return name ? each.name == *name : range && range->contains(each.version);
    });
    if (found == installed.end())
      return fail(no_such_go(spec, installed, "the module proxy: " + names.error().message));
    context.log(fmt::format(
        "the module proxy cannot be asked for newer versions: using installed Go {}", found->name));
    return *found;
  }
  std::optional<std::string> wanted;
  if (is_alias) {
    wanted = alias(spec, *names);
  } else if (const auto it = std::ranges::find_if(
                 *names, [&](const auto& name) { return range->contains(*parse_version(name)); });
             it != names->end()) {
    wanted = *it;
  }
  if (!wanted) return fail(no_such_go(spec, installed, "the module proxy has none either"));
  const auto found = std::ranges::find(installed, *wanted, &GoToolchain::name);
  if (found != installed.end()) return *found;
  auto fetched = download(context, *go, *wanted);
  if (!fetched)
    return fail(no_such_go(spec, installed, "the module proxy: " + fetched.error().message));
  return fetched;
}

std::string go_version_in(std::string_view file_name, std::string_view text,
                          bool prefer_toolchain) {
  const auto word_after = [&](std::string_view keyword) -> std::string {
    for (const auto line : split_lines(text)) {
      const auto content = trim(line.substr(0, line.find(keyword == "golang" ? "#" : "//")));
      if (content.size() <= keyword.size() || !content.starts_with(keyword)) continue;
      const auto rest = content.substr(keyword.size());
      if (rest.front() == ' ' || rest.front() == '\t') return std::string(trim(rest));
    }
    return {};
  };
  if (file_name == ".tool-versions") return word_after("golang");
  if (file_name != "go.mod" && file_name != "go.work") return std::string(trim(text));
  if (prefer_toolchain) {
    const auto toolchain = word_after("toolchain");
    if (toolchain.starts_with("go1.")) return toolchain.substr(2);
  }
  return word_after("go");
}

}  // namespace crema::actions
