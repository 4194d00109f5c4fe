#include "crema/load/protocol/grpc_frame.h"

#include <algorithm>

namespace crema::load {

void append_grpc_frame(std::string& out, std::string_view message) {
  const auto size = static_cast<std::uint32_t>(message.size());
  out += '\0';
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(size >> shift & 0xff);
  out += message;
}

GrpcFrameReader::Step GrpcFrameReader::next(std::string_view& input) {
  while (head_size_ < sizeof head_) {
    if (input.empty()) return Step::need_more;
    head_[head_size_++] = static_cast<std::uint8_t>(input.front());
    input.remove_prefix(1);
    if (head_size_ < sizeof head_) continue;
    if (head_[0] > 1) return Step::failed;
    length_ = std::size_t{head_[1]} << 24 | std::size_t{head_[2]} << 16 |
              std::size_t{head_[3]} << 8 | head_[4];
    if (length_ > limit_) return Step::too_large;
    message_.clear();
  }
  const auto piece = input.substr(0, length_ - message_.size());
  message_ += piece;
  input.remove_prefix(piece.size());
  if (message_.size() < length_) return Step::need_more;
  head_size_ = 0;
  return Step::message;
}

}  // namespace crema::load
