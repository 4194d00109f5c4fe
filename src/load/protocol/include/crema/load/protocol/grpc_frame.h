// Messages of gRPC as they stand in the body of a request or response: a flag, a length, the bytes
// (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace crema::load {

// Appends a message that is not compressed. At most 4 GiB.
void append_grpc_frame(std::string& out, std::string_view message);

// Reads messages from bytes that come in pieces of any size.
class GrpcFrameReader {
 public:
  // `limit` is of one message, in bytes, as it stands on the wire.
  explicit GrpcFrameReader(std::size_t limit) : limit_(limit) {}

  enum class Step : std::uint8_t { need_more, message, too_large, failed };
  // Takes from `input` up to the end of one message. After too_large or failed there is no next.
  Step next(std::string_view& input);
  // Of the message that came last; whoever wants it may move it away.
  std::string& message() { return message_; }
  bool compressed() const { return head_[0] == 1; }
  // The length that was announced.
  std::size_t length() const { return length_; }
  // Whether the bytes so far end between two messages.
  bool between() const { return head_size_ == 0; }

 private:
  std::size_t limit_;
  std::uint8_t head_[5] = {};
  std::size_t head_size_ = 0;
  std::size_t length_ = 0;
  std::string message_;
};

}  // namespace crema::load
