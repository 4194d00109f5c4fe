#include "websocket_deflate.h"

#include <fmt/format.h>
#include <zlib.h>

#include <array>
#include <memory>

namespace crema::load {
namespace {

constexpr int kRawWindow = -15;
// What a message ends with after a flush; the sender leaves it out (RFC 7692, 7.2.1).
constexpr std::string_view kTail("\x00\x00\xff\xff", 4);

auto broken(std::string text) { return fail("load/websocket-deflate", std::move(text)); }

}  // namespace

Result<std::string> deflate_message(std::string_view message) {
  z_stream stream{};
  // A load generator's time is dearer than the network of a test.
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kRawWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return broken("zlib has no memory");
  const std::unique_ptr<z_stream, decltype(&deflateEnd)> ended(&stream, deflateEnd);
  std::string result(deflateBound(&stream, message.size()) + 16, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(message.data()));
  stream.avail_in = static_cast<uInt>(message.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  if (deflate(&stream, Z_SYNC_FLUSH) != Z_OK || stream.avail_in != 0)
    return broken("zlib cannot write the message");
  result.resize(stream.total_out);
  if (result.ends_with(kTail)) result.resize(result.size() - kTail.size());
  return result;
}

Result<std::string> inflate_message(std::string_view payload, std::size_t limit) {
  z_stream stream{};
  if (inflateInit2(&stream, kRawWindow) != Z_OK) return broken("zlib has no memory");
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> ended(&stream, inflateEnd);
  std::string result;
  std::array<char, std::size_t{16} * 1024> piece{};
  for (const std::string_view part : {payload, kTail}) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(part.data()));
    stream.avail_in = static_cast<uInt>(part.size());
    do {
      stream.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream.avail_out = piece.size();
      const int status = inflate(&stream, Z_SYNC_FLUSH);
      result.append(piece.data(), piece.size() - stream.avail_out);
      if (result.size() > limit)
        return broken(fmt::format("the message is larger than {} bytes", limit));
      if (status == Z_STREAM_END) return result;
      if (status != Z_OK && status != Z_BUF_ERROR) return broken("the message is no deflate data");
    } while (stream.avail_out == 0 || stream.avail_in != 0);
  }
  return result;
}

}  // namespace crema::load
