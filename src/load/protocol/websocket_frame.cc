#include "crema/load/protocol/websocket_frame.h"

#include "websocket_deflate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace crema::load {
namespace {

constexpr std::size_t kMostControlBytes = 125;  // RFC 6455, 5.5
constexpr std::size_t kMostReserved = std::size_t{1} << 20;
constexpr std::uint8_t kContinuation = 0;

void mask_into(char* to, std::string_view payload, std::array<char, 4> mask) {
  std::uint64_t wide = 0;
  std::memcpy(&wide, mask.data(), 4);
  std::memcpy(reinterpret_cast<char*>(&wide) + 4, mask.data(), 4);
  std::size_t i = 0;
  for (; i + 8 <= payload.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, payload.data() + i, 8);
    word ^= wide;
    std::memcpy(to + i, &word, 8);
  }
  for (; i < payload.size(); ++i) to[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<std::uint8_t>(byte);
  return number;
}

void append_big_endian(std::string& out, std::uint64_t number, int bytes) {
  for (int i = bytes; i-- > 0;) out += static_cast<char>(number >> (8 * i) & 0xFF);
}

// RFC 6455, 7.4, with the codes that were registered since.
bool may_be_sent(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

}  // namespace

void append_frame(std::string& out, WebSocketKind kind, std::string_view payload,
                  std::array<char, 4> mask, bool compressed) {
  constexpr char kMasked = static_cast<char>(0x80);
  out += static_cast<char>(0x80 | (compressed ? 0x40 : 0) | static_cast<int>(kind));
  if (payload.size() < 126) {
    out += static_cast<char>(kMasked | static_cast<char>(payload.size()));
  } else if (payload.size() < 65536) {
    out += static_cast<char>(kMasked | 126);
    append_big_endian(out, payload.size(), 2);
  } else {
    out += static_cast<char>(kMasked | 127);
    append_big_endian(out, payload.size(), 8);
  }
  out.append(mask.data(), mask.size());
  const auto begin = out.size();
  out.resize(begin + payload.size());
  mask_into(out.data() + begin, payload, mask);
}

std::string close_payload(std::uint16_t code, std::string_view reason) {
  std::string payload;
  append_big_endian(payload, code, 2);
  return payload.append(reason.substr(0, kMostControlBytes - 2));
}

WebSocketParser::Step WebSocketParser::fail(std::uint16_t code, std::string text) {
  failed_ = true;
  close_code_ = code;
  error_ = std::move(text);
  return Step::failed;
}

WebSocketParser::Step WebSocketParser::next(std::string_view& input) {
  if (failed_) return Step::failed;
  while (true) {
    if (!in_payload_) {
      if (!take_head(input)) return failed_ ? Step::failed : Step::need_more;
      in_payload_ = true;
    }
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
    (is_control_ ? control_ : data_).append(input.substr(0, size));
    input.remove_prefix(size);
    left_ -= size;
    if (left_ > 0) return Step::need_more;
    in_payload_ = false;
    const auto step = finish_frame();
    if (step != Step::need_more) return step;
  }
}

// True when the head is whole: then the frame's facts are set.
bool WebSocketParser::take_head(std::string_view& input) {
  std::size_t wanted = 2;
  while (true) {
    while (head_size_ < wanted) {
      if (input.empty()) return false;
      head_[head_size_++] = input.front();
      input.remove_prefix(1);
    }
    const int length = head_[1] & 0x7F;
    const std::size_t whole = length == 126 ? 4 : length == 127 ? 10 : 2;
    if (wanted == whole) break;
    wanted = whole;
  }
  const auto first = static_cast<std::uint8_t>(head_[0]);
  const int length = head_[1] & 0x7F;
  left_ = length < 126 ? static_cast<std::uint64_t>(length)
                       : big_endian(std::string_view(head_.data() + 2, head_size_ - 2));
  head_size_ = 0;
  final_ = (first & 0x80) != 0;
  if ((first & 0x30) != 0) {
    fail(1002, "websocket: unexpected reserved bits");
    return false;
  }
  return check_head(final_, (first & 0x40) != 0, first & 0x0F,
                    (static_cast<std::uint8_t>(head_[1]) & 0x80) != 0);
}

bool WebSocketParser::check_head(bool final, bool compressed, std::uint8_t opcode, bool masked) {
  opcode_ = opcode;
  is_control_ = opcode >= 8;
  const auto refuse = [this](std::uint16_t code, std::string text) {
    fail(code, std::move(text));
    return false;
  };
  if (masked) return refuse(1002, "websocket: a server's frame may not be masked");
  if (opcode > 10 || (opcode > 2 && opcode < 8))
    return refuse(1002, fmt::format("websocket: bad opcode {}", opcode));
  if (compressed && (!compression_ || is_control_ || opcode == kContinuation))
    return refuse(1002, "websocket: unexpected reserved bits");
  if (is_control_) {
    control_.clear();
    if (!final) return refuse(1002, "websocket: a control frame may not be fragmented");
    if (left_ > kMostControlBytes) return refuse(1002, "websocket: a control frame is too long");
    return true;
  }
  if (opcode == kContinuation && !in_message_)
    return refuse(1002, "websocket: a continuation without a message");
  if (opcode != kContinuation && in_message_)
    return refuse(1002, "websocket: a message begins within another");
  if (opcode != kContinuation) {
    in_message_ = true;
    message_compressed_ = compressed;
    kind_ = static_cast<WebSocketKind>(opcode);
    data_.clear();
  }
  if (left_ > limits_.message_bytes - std::min(limits_.message_bytes, data_.size()))
    return refuse(1009, "websocket: read limit exceeded");
  data_.reserve(data_.size() +
                static_cast<std::size_t>(std::min<std::uint64_t>(left_, kMostReserved)));
  return true;
}

WebSocketParser::Step WebSocketParser::finish_frame() {
  if (is_control_) return finish_control();
  if (!final_) return Step::need_more;
  in_message_ = false;
  if (message_compressed_) {
    auto inflated = inflate_message(data_, limits_.message_bytes);
    if (!inflated) return fail(1007, "websocket: " + inflated.error().message);
    data_ = std::move(*inflated);
  }
  message_.kind = kind_;
  message_.code = 0;
  message_.data = std::move(data_);
  data_.clear();
  return Step::message;
}

WebSocketParser::Step WebSocketParser::finish_control() {
  message_.kind = static_cast<WebSocketKind>(opcode_);
  message_.code = 0;
  message_.data = control_;
  if (message_.kind != WebSocketKind::close) return Step::message;
  if (message_.data.empty()) {
    message_.code = 1005;
    return Step::message;
  }
  if (message_.data.size() < 2) return fail(1002, "websocket: a close frame of one byte");
  message_.code =
      static_cast<std::uint16_t>(big_endian(std::string_view(message_.data).substr(0, 2)));
  message_.data.erase(0, 2);
  if (!may_be_sent(message_.code)) return fail(1002, "websocket: invalid close code");
  return Step::message;
}

}  // namespace crema::load
