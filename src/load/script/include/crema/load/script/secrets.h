// Secrets of a load test: where they come from (--secret-source), and what no log may show.
#pragma once

#include "crema/base/result.h"
#include "crema/base/sync.h"
#include "crema/sys/host.h"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::load {

// A secret that is asked for at an address, as k6's source `url` does.
struct SecretAddress {
  std::string address;  // with {key} in the place of the secret's name
  std::string method = "GET";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string response_path;  // of gjson; "" is the whole response
  std::chrono::nanoseconds timeout = std::chrono::seconds(30);
  std::int64_t requests_per_minute = 300;
  std::int64_t burst = 10;   // requests that need not wait for one another
  std::int64_t retries = 3;  // after errors of the network, 429 and 5xx
  std::chrono::nanoseconds backoff = std::chrono::seconds(1);
};

// One for all threads of a test.
class SecretSources {
 public:
  // Takes what --secret-source says: "file=PATH", "mock=NAME=VALUE,...",
  // "url=urlTemplate=ADDRESS,..." (k6's keys, its K6_SECRET_SOURCE_URL_* variables, or
  // config=PATH), each with `name=NAME` and `default` among its parts. Fails with "load/secrets".
  Result<> read(std::span<const std::string> configurations, const sys::Host& host);

  struct Source {
    std::map<std::string, std::string> values;  // of file and mock
    std::optional<SecretAddress> address;       // of url
  };
  // Fails with "load/secrets": there is no such source, or none at all.
  Result<const Source*> find(const std::string& name) const;

  // What was learnt of a secret before; none where somebody must ask for it.
  std::optional<std::string> known(const Source& source, const std::string& key) const;
  // Keeps it, and hides it in logs from now on.
  void learn(const Source& source, const std::string& key, const std::string& value);
  // When the next request to the source may be made; counts it as made.
  sys::MonotonicTime next_request(const Source& source, sys::MonotonicTime now);

  // The text with ***SECRET_REDACTED*** in the place of each secret that was asked for.
  std::string redacted(std::string text) const;

 private:
  struct Learnt {
    std::map<std::pair<const Source*, std::string>, std::string> values;
    std::vector<std::string> hidden;
    std::map<const Source*, sys::MonotonicTime> arrivals;  // until when requests were made ahead
  };
  std::map<std::string, std::shared_ptr<const Source>> sources_;
  Sync<Learnt> mutable learnt_;
};

}  // namespace crema::load
