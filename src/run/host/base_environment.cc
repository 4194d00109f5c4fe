#include "base_environment.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace crema::run {
namespace {

namespace fs = std::filesystem;

// How a variable of the user's environment comes to jobs.
enum class Rule : std::uint8_t {
  passed,   // as it is, where it is set
  cache,    // as it is, else a folder of the user's home: shared caches make no job cold
  present,  // as it is, else a folder or file of the user's home that is there already
};

struct Row {
  std::string_view name;  // one that ends in * is a prefix
  Rule rule = Rule::passed;
  std::string_view home_path;  // for cache and present
  bool alters = false;         // can change what a job does: said once a run
  std::string_view reason;
};

constexpr std::array kTable = std::to_array<Row>({
    {"PATH", Rule::passed, "", false, "the programs of this machine"},
    {"LANG", Rule::passed, "", false, "text encoding"},
    {"LC_*", Rule::passed, "", false, "text encoding"},
    {"TZ", Rule::passed, "", true, "time zone"},
    {"USER", Rule::passed, "", false, "who runs this"},
    {"LOGNAME", Rule::passed, "", false, "who runs this"},
    {"SHELL", Rule::passed, "", false, "who runs this"},
    {"TMPDIR", Rule::passed, "", false, "where there is room"},
    {"LD_LIBRARY_PATH", Rule::passed, "", true, "libraries of this machine's programs"},
    {"HTTP_PROXY", Rule::passed, "", true, "proxy"},
    {"HTTPS_PROXY", Rule::passed, "", true, "proxy"},
    {"ALL_PROXY", Rule::passed, "", true, "proxy"},
    {"NO_PROXY", Rule::passed, "", true, "proxy"},
    {"http_proxy", Rule::passed, "", true, "proxy"},
    {"https_proxy", Rule::passed, "", true, "proxy"},
    {"all_proxy", Rule::passed, "", true, "proxy"},
    {"no_proxy", Rule::passed, "", true, "proxy"},
    {"SSL_CERT_FILE", Rule::passed, "", false, "certificates"},
    {"SSL_CERT_DIR", Rule::passed, "", false, "certificates"},
    {"CURL_CA_BUNDLE", Rule::passed, "", false, "certificates"},
    {"REQUESTS_CA_BUNDLE", Rule::passed, "", false, "certificates"},
    {"NODE_EXTRA_CA_CERTS", Rule::passed, "", false, "certificates"},
    {"GIT_SSL_CAINFO", Rule::passed, "", false, "certificates"},
    {"GOPROXY", Rule::passed, "", true, "Go's module proxy"},
    {"GONOPROXY", Rule::passed, "", true, "Go's module proxy"},
    {"GOSUMDB", Rule::passed, "", true, "Go's checksum database"},
    {"GONOSUMDB", Rule::passed, "", true, "Go's checksum database"},
    {"GONOSUMCHECK", Rule::passed, "", true, "Go's checksum database"},
    {"GOPRIVATE", Rule::passed, "", true, "Go's module proxy"},
    {"GOINSECURE", Rule::passed, "", true, "Go's module proxy"},
    {"GOFLAGS", Rule::passed, "", true, "Go's flags"},
    {"GOTOOLCHAIN", Rule::passed, "", true, "Go's toolchain switch"},
    {"GOENV", Rule::present, ".config/go/env", true, "Go's settings"},
    {"GOMODCACHE", Rule::cache, "go/pkg/mod", false, "Go's module cache"},
    {"GOCACHE", Rule::cache, ".cache/go-build", false, "Go's build cache"},
    {"npm_config_cache", Rule::cache, ".npm", false, "npm's cache"},
    {"npm_config_registry", Rule::passed, "", true, "npm's registry"},
    {"NPM_CONFIG_REGISTRY", Rule::passed, "", true, "npm's registry"},
    {"npm_config_*", Rule::passed, "", false, "npm's settings"},
    {"NPM_CONFIG_*", Rule::passed, "", false, "npm's settings"},
    {"YARN_CACHE_FOLDER", Rule::present, ".cache/yarn", false, "yarn's cache"},
    {"COREPACK_*", Rule::passed, "", false, "corepack's settings"},
    {"PIP_CACHE_DIR", Rule::cache, ".cache/pip", false, "pip's cache"},
    {"PIP_CONFIG_FILE", Rule::present, ".config/pip/pip.conf", true, "pip's settings"},
    {"PIP_INDEX_URL", Rule::passed, "", true, "pip's index"},
    {"PIP_EXTRA_INDEX_URL", Rule::passed, "", true, "pip's index"},
    {"PIP_FIND_LINKS", Rule::passed, "", true, "pip's index"},
    {"PIP_NO_INDEX", Rule::passed, "", true, "pip's index"},
    {"PIP_*", Rule::passed, "", false, "pip's settings"},
    {"UV_CACHE_DIR", Rule::present, ".cache/uv", false, "uv's cache"},
    {"UV_*", Rule::passed, "", false, "uv's settings"},
    {"CARGO_HOME", Rule::present, ".cargo", false, "cargo's registry cache"},
    {"CARGO_*", Rule::passed, "", false, "cargo's settings"},
    {"RUSTUP_HOME", Rule::present, ".rustup", false, "Rust's toolchains"},
    {"GRADLE_USER_HOME", Rule::present, ".gradle", false, "Gradle's cache"},
    {"JAVA_HOME*", Rule::passed, "", false, "a toolchain"},
    {"GOROOT*", Rule::passed, "", false, "a toolchain"},
    {"DOTNET_ROOT", Rule::passed, "", false, "a toolchain"},
    {"ANDROID_HOME", Rule::passed, "", false, "a toolchain"},
    {"NVM_DIR", Rule::present, ".nvm", false, "Node.js versions"},
    {"PYENV_ROOT", Rule::present, ".pyenv", false, "Python versions"},
    {"VOLTA_HOME", Rule::present, ".volta", false, "Node.js versions"},
    {"ASDF_DATA_DIR", Rule::present, ".asdf", false, "tool versions"},
    {"MISE_DATA_DIR", Rule::present, ".local/share/mise", false, "tool versions"},
    {"SDKMAN_DIR", Rule::present, ".sdkman", false, "Java versions"},
    {"PLAYWRIGHT_BROWSERS_PATH", Rule::present, ".cache/ms-playwright", false, "browsers"},
    {"CHROME_BIN", Rule::passed, "", false, "browsers"},
    {"DOCKER_HOST", Rule::passed, "", true, "the container engine"},
    {"CONTAINER_HOST", Rule::passed, "", true, "the container engine"},
    {"XDG_RUNTIME_DIR", Rule::passed, "", false, "the container engine"},
    {"CCACHE_DIR", Rule::cache, ".cache/ccache", false, "a compiler cache"},
});

bool names(const Row& row, std::string_view variable) {
  if (!row.name.ends_with('*')) return row.name == variable;
  return variable.starts_with(row.name.substr(0, row.name.size() - 1));
}

fs::path home_of(const sys::Host& host) { return host.variable("HOME").value_or("/"); }

}  // namespace

BaseEnvironment base_environment(const sys::Host& host) {
  BaseEnvironment base;
  std::vector<std::string> altering;
  for (const auto& [name, value] : host.environment) {
    const auto row = std::ranges::find_if(kTable, [&](const Row& it) { return names(it, name); });
    if (row == kTable.end()) continue;
    base.variables.emplace(name, value);
    if (row->alters) altering.push_back(name);
  }
  const auto home = home_of(host);
  for (const auto& row : kTable) {
    if (row.rule == Rule::passed || base.variables.contains(std::string(row.name))) continue;
    const auto path = home / row.home_path;
    std::error_code ignored;
    if (row.rule == Rule::present && !fs::exists(path, ignored)) continue;
    base.variables.emplace(row.name, path.string());
    if (row.alters) altering.push_back(path.string());
  }
  // Where GOPATH is set, its first folder has the module cache.
  if (const auto gopath = host.variable("GOPATH");
      gopath && !host.variable("GOMODCACHE") && !gopath->empty()) {
    base.variables["GOMODCACHE"] = std::string(split(*gopath, ':')[0]) + "/pkg/mod";
  }
  base.variables.try_emplace("PATH",
                             "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  base.variables.try_emplace("LANG", "C.UTF-8");
  base.variables["TERM"] = "dumb";
  if (!altering.empty()) {
    base.remarks.push_back({"run/environment",
                            "jobs see these settings of this machine, which can change what they "
                            "do: " +
                                join(altering, ", ")});
  }
  return base;
}

std::string describe_environment() {
  std::string text;
  for (const auto& row : kTable) {
    const std::string_view rule = row.rule == Rule::passed  ? "as set"
                                  : row.rule == Rule::cache ? "as set, else ~/"
                                                            : "as set, else, if it exists, ~/";
    text += fmt::format("| `{}` | {}{} | {} |\n", row.name, rule, row.home_path, row.reason);
  }
  return text;
}

Result<> furnish_home(const fs::path& home, const fs::path& workspace, const sys::Host& host) {
  const auto users = home_of(host);
  // Copies, not links: a job that changes its settings changes its own.
  for (const std::string_view name : {".npmrc", ".yarnrc", ".yarnrc.yml", ".pip/pip.conf"}) {
    std::error_code ignored;
    if (users == home || !fs::is_regular_file(users / name, ignored)) continue;
    const auto text = CREMA_TRY(sys::read_file(users / name));
    CREMA_TRY(sys::make_directories((home / name).parent_path()));
    CREMA_TRY(sys::write_file(home / name, text));
    fs::permissions(home / name, fs::perms::owner_read | fs::perms::owner_write, ignored);
  }
  return sys::write_file(
      home / ".gitconfig",
      fmt::format("[safe]\n\tdirectory = {0}\n\tdirectory = {0}/*\n", workspace.string()));
}

}  // namespace crema::run
