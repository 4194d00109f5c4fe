// Target: an address that requests go to, with everything that can be said of it once.
#pragma once

#include "crema/load/protocol/url.h"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

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

// The addresses that were used lately, by their text.
class TargetCache {
 public:
  Result<std::shared_ptr<const Target>> find(std::string_view text);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  std::unordered_map<std::string, std::shared_ptr<const Target>, Hash, std::equal_to<>> targets_;
};

std::string base64(std::string_view bytes);

}  // namespace crema::load
