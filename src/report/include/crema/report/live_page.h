// A page on this machine while something runs: one HTML document, and server-sent events
// (https://html.spec.whatwg.org/multipage/server-sent-events.html) that tell it what is new. It has
// a thread of its own with a low priority: whoever tells something never waits for a browser.
#pragma once

#include "crema/base/result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace crema::report {

class LivePage {
 public:
  struct Place {
    std::string host = "127.0.0.1";  // an address or "localhost"
    std::uint16_t port = 0;          // 0: any that is free
  };
  // "8000", ":8000", "0.0.0.0", "127.0.0.1:8000", "[::1]:8000"; "" is the default. Fails with
  // "report/address".
  static Result<Place> place_of(std::string_view text);

  // Serves `html` at once. Fails with "report/listen" where the place cannot be had.
  static Result<std::unique_ptr<LivePage>> start(const Place& place, std::string html);
  LivePage(const LivePage&) = delete;
  LivePage& operator=(const LivePage&) = delete;
  // Browsers get what was told, for a second at most.
  ~LivePage();

  const std::string& address() const { return address_; }  // "http://127.0.0.1:40213/"
  // An event with one line of data. Whoever comes later hears, in the order of names and numbers,
  // what was told last under each.
  void tell(std::string_view event, std::int64_t number, std::string_view data);

 private:
  struct State;
  explicit LivePage(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
  std::string address_;
};

}  // namespace crema::report
