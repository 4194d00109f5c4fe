// Feeds any bytes to the reader of messages between machines; what it accepts is written again as
// it was read.
#include "crema/load/remote/message.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace crema::load;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto message = decode(bytes);
  if (!message) {
    if (message.error().message.empty()) std::abort();
    return 0;
  }
  const auto once = encode(std::move(*message));
  auto again = decode(once);
  if (!again || encode(std::move(*again)) != once) std::abort();
  return 0;
}
