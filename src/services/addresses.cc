#include "crema/services/addresses.h"

#include "crema/base/strings.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace crema::services {
namespace {

constexpr std::string_view kLoopback = "127.0.0.1";

bool in_host_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
}

// The port that a URL's scheme means where none is written.
std::uint16_t port_of_scheme(std::string_view before) {
  constexpr std::array<std::pair<std::string_view, std::uint16_t>, 8> kSchemes = {
      {{"http://", 80},
       {"ws://", 80},
       {"redis://", 6379},
       {"postgres://", 5432},
       {"postgresql://", 5432},
       {"mysql://", 3306},
       {"amqp://", 5672},
       {"nats://", 4222}}};
  // "postgres://user:password@" ends with the "@" of whoever logs in.
  if (before.ends_with('@')) {
    const auto scheme = before.rfind("://");
    if (scheme == std::string_view::npos) return 0;
    before = before.substr(0, scheme + 3);
  }
  for (const auto& [scheme, port] : kSchemes) {
    if (before.ends_with(scheme)) return port;
  }
  return 0;
}

// "DB_HOST" -> "DB_", "PGHOST" -> "PG"; "" with `fits` false where it names no host.
struct HostVariable {
  bool fits = false;
  std::string prefix;
};
HostVariable host_variable(std::string_view name) {
  for (const std::string_view end : {"HOSTNAME", "HOST", "SERVER", "ADDRESS", "ADDR"}) {
    const auto upper = to_upper(name);
    if (upper.ends_with(end)) return {true, upper.substr(0, upper.size() - end.size())};
  }
  return {};
}

}  // namespace

void Addresses::add(const std::string& name, std::uint16_t container, std::uint16_t here) {
  ports_[name][container] = here;
}

std::string Addresses::translate(std::string_view text) const {
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    if (!in_host_name(text[at])) {
      out += text[at++];
      continue;
    }
    auto end = at;
    while (end < text.size() && in_host_name(text[end])) ++end;
    const auto word = text.substr(at, end - at);
    const auto service = ports_.find(word);
    std::uint16_t port = 0;
    auto after = end;
    if (service != ports_.end() && end < text.size() && text[end] == ':') {
      const auto parsed = std::from_chars(text.data() + end + 1, text.data() + text.size(), port);
      after = static_cast<std::size_t>(parsed.ptr - text.data());
    } else if (service != ports_.end()) {
      port = port_of_scheme(text.substr(0, at));
    }
    const auto here =
        service == ports_.end() ? decltype(service->second.find(0)){} : service->second.find(port);
    if (service != ports_.end() && here != service->second.end()) {
      out += std::string(kLoopback) + ":" + std::to_string(here->second);
      at = after;
    } else {
      out += word;
      at = end;
    }
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> Addresses::translate(
    std::vector<std::pair<std::string, std::string>> variables) const {
  for (auto& [name, value] : variables) {
    const auto variable = host_variable(name);
    const auto service = ports_.find(value);
    if (!variable.fits || service == ports_.end()) continue;
    value = kLoopback;
    for (auto& [other, port_text] : variables) {
      if (to_upper(other) != variable.prefix + "PORT") continue;
      std::uint16_t port = 0;
      std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
      const auto here = service->second.find(port);
      if (here != service->second.end()) port_text = std::to_string(here->second);
    }
  }
  for (auto& [name, value] : variables) value = translate(std::string_view(value));
  return variables;
}

}  // namespace crema::services
