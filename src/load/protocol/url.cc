#include "crema/load/protocol/url.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

namespace crema::load {
namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";

bool alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool escape_at(std::string_view text, std::size_t at) {
  return at + 2 < text.size() && hex_digit(text[at + 1]) >= 0 && hex_digit(text[at + 2]) >= 0;
}

bool escapes_are_whole(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && !escape_at(text, i)) return false;
  }
  return true;
}

std::string unescape(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && escape_at(text, i)) {
      result += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

void append_escaped(std::string& to, char c) {
  const auto byte = static_cast<unsigned char>(c);
  to += '%';
  to += kHex[byte >> 4];
  to += kHex[byte & 15];
}

// A path as Go sends it: what stands there escaped stays, what may not stand there is escaped.
std::string escape_path(std::string_view path) {
  constexpr std::string_view kKept = "-_.~$&+,/:;=@!'()*[]%";
  std::string result;
  for (const char c : path) {
    if (alphanumeric(c) || kKept.find(c) != std::string_view::npos) {
      result += c;
    } else {
      append_escaped(result, c);
    }
  }
  return result;
}

auto bad_url(std::string_view text, std::string_view why) {
  // What does not parse may still hold a password.
  const auto at = text.rfind('@');
  const auto begin = text.find("//");
  std::string shown(text.substr(0, 200));
  if (at != std::string_view::npos && begin != std::string_view::npos && begin < at) {
    shown = std::string(text.substr(0, begin + 2)) + "****" + std::string(text.substr(at, 200));
  }
  return fail("load/url", fmt::format("invalid URL \"{}\": {}", shown, why));
}

bool valid_host(std::string_view host) {
  // Go's: unreserved, sub-delims and what is not ASCII; an escape only for the latter.
  constexpr std::string_view kOther = "-_.~!$&'()*+,;=:[]<>\"";
  return std::all_of(host.begin(), host.end(), [&](char c) {
    return alphanumeric(c) || static_cast<unsigned char>(c) >= 0x80 ||
           kOther.find(c) != std::string_view::npos;
  });
}

struct Place {
  std::string_view host;
  std::string_view port;
};

// "host", "host:port", "[ip6]", "[ip6]:port".
std::optional<Place> split_authority(std::string_view text) {
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    const auto rest = text.substr(close + 1);
    if (!rest.empty() && rest[0] != ':') return std::nullopt;
    return Place{text.substr(1, close - 1), rest.empty() ? rest : rest.substr(1)};
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return Place{text, {}};
  return Place{text.substr(0, colon), text.substr(colon + 1)};
}

// RFC 3986, 5.2.4, as Go does it: ".." above the root stays at the root.
std::string remove_dots(std::string_view path) {
  std::vector<std::string_view> kept;
  const auto parts = split(path, '/');
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    if (parts[i] == "." || parts[i] == "..") {
      if (parts[i] == ".." && !kept.empty()) kept.pop_back();
      if (last) kept.emplace_back("");
    } else {
      kept.push_back(parts[i]);
    }
  }
  std::string result;
  for (const auto part : kept) result.append("/").append(part);
  return result.empty() ? "/" : result;
}

// Path, query and fragment of what follows the authority.
void set_rest(Url& url, std::string_view rest) {
  if (const auto hash = rest.find('#'); hash != std::string_view::npos) {
    url.fragment = rest.substr(hash + 1);
    rest = rest.substr(0, hash);
  }
  if (const auto mark = rest.find('?'); mark != std::string_view::npos) {
    url.query = rest.substr(mark + 1);
    url.has_query = true;
    rest = rest.substr(0, mark);
  }
  url.path = rest.empty() ? "/" : escape_path(rest);
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  const auto whole = text;
  if (std::any_of(text.begin(), text.end(),
                  [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; })) {
    return bad_url("", "it has a control character");
  }
  const auto colon = text.find("://");
  if (colon == std::string_view::npos) {
    return bad_url(whole, "it does not begin with http:// or https://");
  }
  Url url;
  url.scheme = to_lower(text.substr(0, colon));
  if (url.scheme != "http" && url.scheme != "https") {
    return bad_url(whole, fmt::format("unsupported protocol scheme \"{}\"", url.scheme));
  }
  text.remove_prefix(colon + 3);
  const auto end = std::min(text.find_first_of("/?#"), text.size());
  auto authority = text.substr(0, end);
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    const auto user = authority.substr(0, at);
    if (!escapes_are_whole(user)) return bad_url(whole, "user or password has a broken escape");
    const auto separator = user.find(':');
    url.user = unescape(user.substr(0, separator));
    if (separator != std::string_view::npos) url.password = unescape(user.substr(separator + 1));
    authority.remove_prefix(at + 1);
  }
  const auto place = split_authority(authority);
  if (!place || !valid_host(place->host)) return bad_url(whole, "its host is none");
  if (place->host.empty()) return bad_url(whole, "it has no host");
  url.port = url.secure() ? 443 : 80;
  if (!place->port.empty()) {
    const auto [stop, error] =
        std::from_chars(place->port.data(), place->port.data() + place->port.size(), url.port);
    if (error != std::errc() || stop != place->port.data() + place->port.size()) {
      return bad_url(whole, fmt::format("invalid port \"{}\" after host", place->port));
    }
  }
  url.host = place->host;
  url.authority = authority;
  if (url.authority.ends_with(':')) url.authority.pop_back();
  const auto rest = text.substr(end);
  if (!escapes_are_whole(rest.substr(0, std::min(rest.find_first_of("?#"), rest.size())))) {
    return bad_url(whole, "its path has a broken escape such as \"%zz\"");
  }
  set_rest(url, rest);
  // Go sends a query as it is; a blank in it would end the request line.
  url.query = replace_all(url.query, " ", "%20");
  return url;
}

Result<Url> Url::resolve(std::string_view reference) const {
  const auto scheme_end = reference.find("://");
  if (scheme_end != std::string_view::npos && scheme_end < reference.find_first_of("/?#")) {
    return parse(reference);
  }
  // "mailto:x" is another scheme; "a:b" could be a path, but RFC 3986 reads it as a scheme too.
  const auto colon = reference.find(':');
  if (colon != std::string_view::npos && colon < reference.find_first_of("/?#")) {
    return parse(reference);
  }
  if (reference.starts_with("//")) return parse(fmt::format("{}:{}", scheme, reference));
  if (reference.empty()) return *this;
  const bool same_document = reference[0] == '#';
  const auto end = std::min(reference.find_first_of("?#"), reference.size());
  std::string merged(reference.substr(0, end));
  if (merged.empty()) {
    merged = path;
  } else if (merged[0] != '/') {
    merged = path.substr(0, path.rfind('/') + 1) + merged;
  }
  const auto text =
      fmt::format("{}://{}{}{}", scheme, authority, same_document ? target() : remove_dots(merged),
                  reference.substr(end));
  auto result = CREMA_TRY(parse(text));
  result.user = user;
  result.password = password;
  return result;
}

std::string Url::target() const { return has_query ? path + "?" + query : path; }

std::string Url::without_credentials() const {
  return fmt::format("{}://{}{}{}{}", scheme, authority, target(), fragment.empty() ? "" : "#",
                     fragment);
}

std::string Url::masked() const {
  if (!user && !password) return without_credentials();
  return fmt::format("{}://****:****@{}{}{}{}", scheme, authority, target(),
                     fragment.empty() ? "" : "#", fragment);
}

std::string query_escape(std::string_view text) {
  constexpr std::string_view kKept = "-_.~";
  std::string result;
  for (const char c : text) {
    if (alphanumeric(c) || kKept.find(c) != std::string_view::npos) {
      result += c;
    } else if (c == ' ') {
      result += '+';
    } else {
      append_escaped(result, c);
    }
  }
  return result;
}

}  // namespace crema::load
