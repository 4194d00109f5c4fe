#include "remote_modules.h"

#include "crema/base/hash.h"
#include "crema/base/strings.h"
#include "crema/load/protocol/http_client.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <chrono>

namespace crema::load {
namespace {

constexpr auto kTimeout = std::chrono::minutes(1);
constexpr std::string_view kLockName = "crema-load.lock";

std::filesystem::path cache_folder(const sys::Host& host) {
  if (const auto cache = host.variable("XDG_CACHE_HOME"); cache && !cache->empty())
    return std::filesystem::path(*cache) / "crema" / "modules";
  return std::filesystem::path(host.variable("HOME").value_or("/tmp")) / ".cache/crema/modules";
}

Diagnostic refused(const std::string& address, const std::string& why) {
  Diagnostic diagnostic =
      make_error("load/module", fmt::format("the module {} cannot be fetched: {}", address, why));
  diagnostic.hint = "keep a copy beside the script and import it by its path";
  return diagnostic;
}

}  // namespace

RemoteModules::RemoteModules(const sys::Host& host, std::filesystem::path script_folder,
                             LogSink log)
    : host_(host), lock_(std::move(script_folder) / kLockName), log_(std::move(log)) {}

std::filesystem::path RemoteModules::kept_path(const std::string& address) const {
  return cache_folder(host_) / (sha256_hex(address) + ".js");
}

Result<std::string> RemoteModules::fetch(const std::string& address) {
  const auto path = kept_path(address);
  std::error_code ignored;
  std::string text;
  if (std::filesystem::exists(path, ignored)) {
    text = CREMA_TRY(sys::read_file(path));
  } else {
    if (host_.variable("CREMA_OFFLINE"))
      return refused(address, "it was never fetched, and CREMA_OFFLINE is set");
    text = CREMA_TRY(download(address));
    CREMA_TRY(sys::make_directories(path.parent_path()));
    CREMA_TRY(sys::write_file_atomically(path, text));
  }
  CREMA_TRY(check_lock(address, text));
  return text;
}

Result<> RemoteModules::check_lock(const std::string& address, const std::string& text) {
  std::error_code ignored;
  if (!std::filesystem::exists(lock_, ignored)) return {};
  const std::string lock = CREMA_TRY(sys::read_file(lock_));
  const std::string hash = sha256_hex(text);
  for (const auto line : split_lines(lock)) {
    const auto blank = line.find(' ');
    if (blank == std::string_view::npos || line.substr(blank + 1) != address) continue;
    if (line.substr(0, blank) == hash) return {};
    Diagnostic diagnostic =
        make_error("load/module", fmt::format("the module {} is not the one that {} names", address,
                                              lock_.filename().string()));
    diagnostic.hint = fmt::format("look at what changed, then write {} there", hash);
    return diagnostic;
  }
  return sys::append_file(lock_, fmt::format("{} {}\n", hash, address));
}

Result<std::string> RemoteModules::download(const std::string& address) {
  const auto loop = CREMA_TRY(Loop::create(*host_.clock));
  const auto resolver = CREMA_TRY(Resolver::create({}));
  const auto tls = CREMA_TRY(TlsContext::create({}));
  HttpOptions options;
  options.proxies = CREMA_TRY(ProxySettings::from(host_.environment));
  HttpContext context(*loop, *host_.clock, *resolver, tls, options);
  HttpResponse response;
  loop->spawn([&] {
    HttpClient client(context);
    client.send(HttpRequest{.url = address, .timeout = kTimeout}, response);
  });
  loop->run_until_done();
  if (response.error) return refused(address, response.error.message);
  if (response.status != 200)
    return refused(address, fmt::format("the server answers {}", response.status_text));
  if (log_) log_(LogEntry{LogLevel::debug, fmt::format("fetched {}", address), {}});
  return std::move(response.body);
}

}  // namespace crema::load
