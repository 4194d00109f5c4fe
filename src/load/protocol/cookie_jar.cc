#include "crema/load/protocol/cookie_jar.h"

#include "crema/base/strings.h"
#include "crema/load/core/address.h"

#include <algorithm>

namespace crema::load {
namespace {

// The last two labels of a name, and the whole of an address.
std::string jar_key(std::string_view host) {
  if (Address::parse(host, 0)) return std::string(host);
  const auto last = host.rfind('.');
  if (last == std::string_view::npos || last == 0) return std::string(host);
  const auto before = host.rfind('.', last - 1);
  return std::string(before == std::string_view::npos ? host : host.substr(before + 1));
}

std::string host_of(const Url& url) {
  auto host = to_lower(url.host);
  if (host.ends_with('.')) host.pop_back();
  return host;
}

// RFC 6265, 5.1.4.
std::string default_path(std::string_view path) {
  const auto slash = path.rfind('/');
  if (path.empty() || path[0] != '/' || slash == 0) return "/";
  return std::string(path.substr(0, slash));
}

bool path_matches(std::string_view cookie, std::string_view path) {
  if (path == cookie) return true;
  return path.starts_with(cookie) && (cookie.ends_with('/') || path[cookie.size()] == '/');
}

bool is_domain_of(std::string_view domain, std::string_view host) {
  return host.size() > domain.size() && host.ends_with(domain) &&
         host[host.size() - domain.size() - 1] == '.';
}

}  // namespace

void CookieJar::set(const Url& url, const Cookie& cookie, sys::WallTime now) {
  const auto host = host_of(url);
  Entry entry{.cookie = cookie, .host_only = true, .expires = cookie.expires, .sequence = 0};
  if (cookie.domain.empty()) {
    entry.cookie.domain = host;
  } else if (cookie.domain != host || !Address::parse(host, 0)) {
    // An address may name itself, and has no domains.
    if (cookie.domain.ends_with('.') || cookie.domain.starts_with('.') || Address::parse(host, 0) ||
        (cookie.domain != host && !is_domain_of(cookie.domain, host))) {
      return;
    }
    entry.host_only = false;
  }
  if (!entry.cookie.path.starts_with('/')) entry.cookie.path = default_path(url.path);
  bool gone = entry.expires && *entry.expires <= now;
  if (cookie.max_age) {
    gone = *cookie.max_age <= 0;
    // Far enough to be for ever, near enough for the clock.
    constexpr std::int64_t kLongest = 100LL * 365 * 86'400;
    entry.expires = now + std::chrono::seconds(std::min(*cookie.max_age, kLongest));
  }
  auto& list = entries_[jar_key(host)];
  const auto same = std::find_if(list.begin(), list.end(), [&](const Entry& other) {
    return other.cookie.name == entry.cookie.name && other.cookie.path == entry.cookie.path &&
           other.cookie.domain == entry.cookie.domain;
  });
  if (gone) {
    if (same != list.end()) list.erase(same);
    return;
  }
  if (same != list.end()) {
    entry.sequence = same->sequence;  // it keeps its age
    *same = std::move(entry);
  } else {
    entry.sequence = next_sequence_++;
    list.push_back(std::move(entry));
  }
}

bool CookieJar::matches(const Entry& entry, const Url& url, std::string_view host) {
  const bool at_home =
      entry.cookie.domain == host || (!entry.host_only && is_domain_of(entry.cookie.domain, host));
  return at_home && path_matches(entry.cookie.path, url.path) &&
         (url.secure() || !entry.cookie.secure);
}

std::vector<Cookie> CookieJar::cookies(const Url& url, sys::WallTime now) {
  if (entries_.empty()) return {};
  const auto host = host_of(url);
  const auto found = entries_.find(jar_key(host));
  if (found == entries_.end()) return {};
  std::erase_if(found->second,
                [&](const Entry& entry) { return entry.expires && *entry.expires <= now; });
  std::vector<const Entry*> chosen;
  for (const auto& entry : found->second) {
    if (matches(entry, url, host)) chosen.push_back(&entry);
  }
  std::sort(chosen.begin(), chosen.end(), [](const Entry* a, const Entry* b) {
    if (a->cookie.path.size() != b->cookie.path.size()) {
      return a->cookie.path.size() > b->cookie.path.size();
    }
    return a->sequence < b->sequence;
  });
  std::vector<Cookie> result;
  result.reserve(chosen.size());
  for (const auto* entry : chosen) result.push_back(entry->cookie);
  return result;
}

void CookieJar::erase(const Url& url, std::string_view name) {
  const auto host = host_of(url);
  const auto found = entries_.find(jar_key(host));
  if (found == entries_.end()) return;
  std::erase_if(found->second, [&](const Entry& entry) {
    return entry.cookie.name == name && matches(entry, url, host);
  });
}

void CookieJar::clear(const Url& url) {
  const auto host = host_of(url);
  const auto found = entries_.find(jar_key(host));
  if (found == entries_.end()) return;
  std::erase_if(found->second, [&](const Entry& entry) { return matches(entry, url, host); });
}

}  // namespace crema::load
