// What a browser asks a live page for: the one page, its events, or nothing that is there.
#pragma once

#include <string_view>

namespace crema::report {

enum class PageRequest {
  page,
  events,
  unknown,       // no such address
  other_method,  // only GET changes nothing
  other_host,    // another site's name that leads here
  malformed,
};

// `head` is a request's up to its empty line (RFC 9112, 2 and 3). With `loopback` the host must be
// localhost or an address: a foreign site could otherwise have its own name resolve to this machine
// and read what is shown (DNS rebinding).
PageRequest read_page_request(std::string_view head, bool loopback);

}  // namespace crema::report
