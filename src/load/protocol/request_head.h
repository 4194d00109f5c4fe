// Writes the head of a request: its line and fields, as Go's net/http orders and adds them.
#pragma once

#include "target.h"

#include "crema/load/protocol/http_message.h"

#include <string>
#include <string_view>

namespace crema::load {

struct HeadParts {
  const Target* target = nullptr;
  std::string_view method;
  std::string_view host;  // "" for the target's own
  std::string_view user_agent;
  std::string_view authorization;        // in the place of the request's own, where not ""
  std::string_view proxy_authorization;  // "" for none
  std::string_view referer;              // "" for none
  bool for_proxy = false;                // the line holds the whole address
  bool with_body = false;
  bool closes = false;     // "Connection: close"
  bool elsewhere = false;  // a redirect led to a host that secrets were not meant for
};

void write_head(std::string& head, const HttpRequest& request, const HeadParts& parts,
                sys::WallTime now);

// Go adds nothing for a header of these names: they are written from the facts.
bool sends_length(std::string_view method, bool with_body);
// The last "Host" among the request's headers; "" for none.
std::string_view host_header(const HttpRequest& request);

}  // namespace crema::load
