// Any bytes are read as a server's WebSocket frames: byte by byte gives what the whole gives.
#include "crema/load/protocol/websocket_frame.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace crema::load;

std::string read(std::string_view bytes, std::size_t piece, bool compression) {
  WebSocketParser parser({.message_bytes = 64 * 1024});
  if (compression) parser.allow_compression();
  std::string all;
  while (!bytes.empty()) {
    auto input = bytes.substr(0, piece);
    bytes.remove_prefix(input.size());
    auto step = parser.next(input);
    for (; step == WebSocketParser::Step::message; step = parser.next(input)) {
      all += static_cast<char>(parser.message().kind);
      all += std::to_string(parser.message().code) + parser.message().data + "\n";
    }
    if (step == WebSocketParser::Step::failed) return all + parser.error();
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool compression = (data[0] & 1) != 0;
  if (read(bytes, size, compression) != read(bytes, 1, compression)) std::abort();
  return 0;
}
