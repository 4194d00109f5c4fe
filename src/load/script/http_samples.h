// The samples of requests: their tags as k6 sets them, and the series those lead to.
#pragma once

#include "http_call.h"

namespace crema::load {

// Adds the nine samples of one exchange.
void record_exchange(UserState& user, const HttpCall& call, const Exchange& exchange);

// Finds the series of a request by what its tags are made of, without making the tags: requests
// repeat. One a thread.
class RequestSeries {
 public:
  const HttpSeries& find(UserState& user, const HttpCall& call, const Exchange& exchange,
                         std::string_view url, std::optional<bool> expected);

 private:
  struct Key {
    const TagSet* tags = nullptr;
    std::string url;
    std::string name;
    std::string method;
    int status = 0;
    int protocol = 0;
    std::uint16_t error_code = 0;
    std::string tls_version;
    std::string error;
    int expected = -1;
    bool operator==(const Key&) const = default;
  };
  struct Entry {
    Key key;
    HttpSeries series;
  };
  const HttpSeries& make(UserState& user, Key key);
  void make_room();

  std::unordered_multimap<std::size_t, Entry> entries_;
  std::unordered_multimap<std::size_t, Entry> old_;  // nobody asks for them any more
};

}  // namespace crema::load
