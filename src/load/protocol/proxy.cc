#include "crema/load/protocol/proxy.h"

#include "crema/base/strings.h"
#include "crema/load/core/address.h"

#include <fmt/format.h>

namespace crema::load {
namespace {

std::string variable(const sys::Environment& environment, const std::string& name) {
  for (const auto& key : {name, to_lower(name)}) {
    const auto found = environment.find(key);
    if (found != environment.end() && !found->second.empty()) return found->second;
  }
  return "";
}

Result<std::optional<Url>> read_proxy(const sys::Environment& environment,
                                      const std::string& name) {
  auto text = variable(environment, name);
  if (text.empty()) return std::optional<Url>();
  // Go takes "host:port" for http://host:port.
  if (text.find("://") == std::string::npos) text.insert(0, "http://");
  auto url = Url::parse(text);
  if (!url) {
    return fail("load/proxy", fmt::format("cannot read the proxy of {}: {} (only http:// and "
                                          "https:// proxies are supported)",
                                          name, url.error().message));
  }
  return std::optional<Url>(std::move(*url));
}

// "example.com", ".example.com", "example.com:80", "10.0.0.0/8", "[::1]:80".
bool exception_holds(std::string_view exception, const Url& url) {
  if (exception == "*") return true;
  const auto address = Address::parse(url.host, 0);
  if (const auto range = AddressRange::parse(exception)) {
    return address && range->contains(*address);
  }
  const auto colon = exception.rfind(':');
  if (colon != std::string_view::npos && exception.find(']', colon) == std::string_view::npos) {
    if (exception.substr(colon + 1) != std::to_string(url.port)) return false;
    exception = exception.substr(0, colon);
  }
  if (exception.starts_with('[') && exception.ends_with(']')) {
    exception = exception.substr(1, exception.size() - 2);
  }
  if (exception.starts_with("*.")) exception.remove_prefix(1);
  const auto host = to_lower(url.host);
  if (exception.starts_with('.')) return host.ends_with(exception);
  return host == exception || host.ends_with("." + std::string(exception));
}

}  // namespace

Result<ProxySettings> ProxySettings::from(const sys::Environment& environment) {
  ProxySettings settings;
  settings.http_ = CREMA_TRY(read_proxy(environment, "HTTP_PROXY"));
  settings.https_ = CREMA_TRY(read_proxy(environment, "HTTPS_PROXY"));
  const auto exceptions = variable(environment, "NO_PROXY");
  for (const auto part : split(exceptions, ',')) {
    const auto exception = to_lower(trim(part));
    if (!exception.empty()) settings.exceptions_.push_back(exception);
  }
  return settings;
}

const Url* ProxySettings::proxy_for(const Url& url) const {
  const auto& proxy = url.secure() ? https_ : http_;
  if (!proxy || excepted(url)) return nullptr;
  return &*proxy;
}

bool ProxySettings::excepted(const Url& url) const {
  if (url.host == "localhost" || url.host == "::1" || url.host.starts_with("127.")) return true;
  for (const auto& exception : exceptions_) {
    if (exception_holds(exception, url)) return true;
  }
  return false;
}

}  // namespace crema::load
