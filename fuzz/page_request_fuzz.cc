// Feeds any bytes to the reader of a live page's requests, and any text to that of its address.
#include "page_request.h"

#include "crema/report/live_page.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace crema::report;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto strict = read_page_request(text, true);
  const auto open = read_page_request(text, false);
  // Being careful refuses hosts and changes nothing else.
  if (strict != open && strict != PageRequest::other_host) std::abort();
  if (open == PageRequest::other_host) std::abort();
  if (const auto place = LivePage::place_of(text); place && place->host.empty()) std::abort();
  return 0;
}
