// Where services of a compose file are found on this machine, and texts that name them by the
// addresses they have in their network.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::services {

class Addresses {
 public:
  // `name` listens on `container` in its network, and on `here` of this machine's loopback.
  void add(const std::string& name, std::uint16_t container, std::uint16_t here);

  // Every "name:port" becomes "127.0.0.1:port here"; "name" alone in a URL's place of a host
  // ("http://name/") too, where its port is the scheme's own.
  std::string translate(std::string_view text) const;

  // Values of variables. Beside what `translate` does: a value that is a service's name, of a
  // variable that is named like a host's (DB_HOST, PGHOST), and the port that goes with it
  // (DB_PORT).
  std::vector<std::pair<std::string, std::string>> translate(
      std::vector<std::pair<std::string, std::string>> variables) const;

  bool empty() const { return ports_.empty(); }

 private:
  std::map<std::string, std::map<std::uint16_t, std::uint16_t>, std::less<>> ports_;
};

}  // namespace crema::services
