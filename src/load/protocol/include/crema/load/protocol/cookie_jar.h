// CookieJar: the cookies of one virtual user, kept and sent as RFC 6265 and Go's cookiejar do it.
// The list of public suffixes is left out, as k6 leaves it out.
#pragma once

#include "crema/load/protocol/url.h"
#include "crema/sys/host.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::load {

struct Cookie {
  std::string name;
  std::string value;
  std::string domain;  // of the attribute, without the leading dot; "" when it had none
  std::string path;
  std::optional<sys::WallTime> expires;
  std::optional<std::int64_t> max_age;  // seconds; below 1 deletes
  bool http_only = false;
  bool secure = false;
  std::string same_site;  // "Lax", "Strict", "None" or ""
};

// One value of Set-Cookie; none when it names no cookie.
std::optional<Cookie> parse_set_cookie(std::string_view text);

class CookieJar {
 public:
  // What a response from `url` sets; what may not be set from there is passed over.
  void set(const Url& url, const Cookie& cookie, sys::WallTime now);
  // What goes with a request to `url`: the longest path first, then the oldest.
  std::vector<Cookie> cookies(const Url& url, sys::WallTime now);
  // Those of `url` are gone: one of that name, or all.
  void erase(const Url& url, std::string_view name);
  void clear(const Url& url);
  void clear() { entries_.clear(); }
  bool empty() const { return entries_.empty(); }

 private:
  struct Entry {
    Cookie cookie;
    bool host_only = false;
    std::optional<sys::WallTime> expires;
    std::uint64_t sequence = 0;
  };
  static bool matches(const Entry& entry, const Url& url, std::string_view host);

  // By the last two labels of the domain, as Go keys its jar where it has no list of suffixes.
  std::map<std::string, std::vector<Entry>, std::less<>> entries_;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace crema::load
