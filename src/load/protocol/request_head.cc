#include "request_head.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace crema::load {
namespace {

bool is(std::string_view name, std::string_view other) {
  return name.size() == other.size() && equals_ignore_case(name, other);
}

void append_name(std::string& head, std::string_view name) {
  bool first = true;
  for (const char c : name) {
    const bool lower = c >= 'a' && c <= 'z';
    const bool upper = c >= 'A' && c <= 'Z';
    head += first && lower ? static_cast<char>(c - 32)
                           : (!first && upper ? static_cast<char>(c + 32) : c);
    first = c == '-';
  }
}

void append_field(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

bool is_secret(std::string_view name) {
  return is(name, "Authorization") || is(name, "Www-Authenticate") || is(name, "Cookie") ||
         is(name, "Cookie2") || is(name, "Proxy-Authorization");
}

bool belongs_to_body(std::string_view name) {
  return is(name, "Content-Type") || is(name, "Content-Encoding") || is(name, "Content-Language") ||
         is(name, "Content-Location");
}

// What a cookie may not hold is left out, as Go leaves it out.
template <class Allowed>
void append_if(std::string& head, std::string_view text, Allowed allowed) {
  for (const char c : text) {
    if (allowed(static_cast<unsigned char>(c))) head += c;
  }
}

// The request's own first, then those of the jar that it does not replace.
void append_cookies(std::string& head, const HttpRequest& request, const Url& url,
                    sys::WallTime now, std::string_view own) {
  bool any = false;
  const auto append = [&](std::string_view name, std::string_view value) {
    head.append(any ? "; " : "Cookie: ");
    append_if(head, name,
              [](unsigned char c) { return c > 0x20 && c != 0x7F && c != ';' && c != '='; });
    head += '=';
    // Go quotes what a blank or a comma would break.
    const bool quoted = value.find_first_of(" ,") != std::string_view::npos;
    if (quoted) head += '"';
    append_if(head, value, [](unsigned char c) {
      return c >= 0x20 && c < 0x7F && c != '"' && c != ';' && c != '\\';
    });
    if (quoted) head += '"';
    any = true;
  };
  if (!own.empty()) {
    head.append("Cookie: ").append(own);
    any = true;
  }
  for (const auto& cookie : request.cookies) append(cookie.name, cookie.value);
  if (request.jar != nullptr && !request.jar->empty()) {
    for (const auto& cookie : request.jar->cookies(url, now)) {
      const bool replaced = std::any_of(
          request.cookies.begin(), request.cookies.end(),
          [&](const RequestCookie& own) { return own.replace && own.name == cookie.name; });
      if (!replaced) append(cookie.name, cookie.value);
    }
  }
  if (any) head += "\r\n";
}

}  // namespace

bool sends_length(std::string_view method, bool with_body) {
  return with_body || method == "POST" || method == "PUT" || method == "PATCH";
}

std::string_view host_header(const HttpRequest& request) {
  std::string_view host;
  for (const auto& field : request.headers) {
    if (is(field.name, "Host")) host = field.value;
  }
  return host;
}

void write_head(std::string& head, const HttpRequest& request, const HeadParts& parts,
                sys::WallTime now) {
  const auto& target = *parts.target;
  head.assign(parts.method);
  head.append(parts.for_proxy ? target.absolute_line : target.request_line);
  append_field(head, "Host", parts.host.empty() ? target.url.authority : parts.host);
  bool has_agent = false;
  bool has_authorization = !parts.authorization.empty();
  bool has_referer = false;
  std::string_view own_cookies;
  for (const auto& [name, value] : request.headers) {
    if (is(name, "Host") || is(name, "Content-Length") || is(name, "Transfer-Encoding")) continue;
    if (parts.elsewhere && is_secret(name)) continue;
    if (!parts.with_body && !request.body.empty() && belongs_to_body(name)) continue;
    if (is(name, "Cookie")) {
      own_cookies = value;
      continue;
    }
    if (is(name, "Authorization")) {
      if (!parts.authorization.empty()) continue;
      has_authorization = true;
    }
    if (is(name, "User-Agent")) {
      has_agent = true;
      if (value.empty()) continue;
    }
    if (is(name, "Referer")) has_referer = true;
    append_name(head, name);
    head.append(": ").append(value).append("\r\n");
  }
  if (!has_agent && !parts.user_agent.empty()) append_field(head, "User-Agent", parts.user_agent);
  if (sends_length(parts.method, parts.with_body)) {
    fmt::format_to(std::back_inserter(head), "Content-Length: {}\r\n",
                   parts.with_body ? request.body.size() : 0);
  }
  if (!parts.authorization.empty()) append_field(head, "Authorization", parts.authorization);
  if (!has_authorization && !target.basic.empty() &&
      request.authentication == Authentication::basic) {
    append_field(head, "Authorization", target.basic);
  }
  if (!parts.proxy_authorization.empty()) {
    append_field(head, "Proxy-Authorization", parts.proxy_authorization);
  }
  if (!has_referer && !parts.referer.empty()) append_field(head, "Referer", parts.referer);
  if (parts.closes) append_field(head, "Connection", "close");
  if (!own_cookies.empty() || !request.cookies.empty() || request.jar != nullptr) {
    append_cookies(head, request, target.url, now, own_cookies);
  }
  head += "\r\n";
}

}  // namespace crema::load
