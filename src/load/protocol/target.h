// Target: an address that requests go to, with everything that can be said of it once.
#pragma once

#include "crema/load/protocol/url.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace crema::load {

struct Target {
  Url url;
  std::string plain;          // without user and password
  std::string key;            // of its connections: "http://host:80"
  std::string request_line;   // " /path?query HTTP/1.1\r\n"
  std::string absolute_line;  // the same for a proxy: " http://host/path HTTP/1.1\r\n"
  std::string basic;          // "Basic dXNlcjpwYXNz", "" without a user

  explicit Target(Url from);
};

// The addresses that were used lately, by their text: one for each place that a hash names, so that
// a script with a number in each of its addresses costs each request the same.
class TargetCache {
 public:
  Result<std::shared_ptr<const Target>> find(std::string_view text);

 private:
  static constexpr std::size_t kPlaces = 1024;
  struct Place {
    std::string text;
    std::shared_ptr<const Target> target;
  };
  std::vector<Place> places_{kPlaces};
};

std::string base64(std::string_view bytes);

}  // namespace crema::load
