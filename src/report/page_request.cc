#include "page_request.h"

#include "crema/base/strings.h"

#include <optional>

namespace crema::report {
namespace {

bool is_address(std::string_view host) {
  if (host.starts_with('[')) return host.find(']') != std::string_view::npos;
  return !host.empty() && host.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

// The value of the only field Host.
std::optional<std::string_view> host_of(std::string_view fields) {
  std::optional<std::string_view> host;
  for (const auto line : split_lines(fields)) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || to_lower(line.substr(0, colon)) != "host") continue;
    if (host) return std::nullopt;
    host = trim(line.substr(colon + 1));
  }
  return host;
}

}  // namespace

PageRequest read_page_request(std::string_view head, bool loopback) {
  const auto end = head.find("\r\n");
  const auto line = head.substr(0, end);
  const auto first = line.find(' ');
  const auto second = line.rfind(' ');
  if (end == std::string_view::npos || first == std::string_view::npos || first == second ||
      !line.substr(second + 1).starts_with("HTTP/1."))
    return PageRequest::malformed;
  const auto host = host_of(head.substr(end));
  if (!host) return PageRequest::malformed;
  const auto name = without_port(*host);
  if (loopback && to_lower(name) != "localhost" && !is_address(name))
    return PageRequest::other_host;
  if (line.substr(0, first) != "GET") return PageRequest::other_method;
  auto path = line.substr(first + 1, second - first - 1);
  path = path.substr(0, path.find('?'));
  if (path == "/") return PageRequest::page;
  return path == "/events" ? PageRequest::events : PageRequest::unknown;
}

}  // namespace crema::report
