// Protocol Buffers as bytes, field by field (https://protobuf.dev/programming-guides/encoding/):
// the few messages that are sent need no compiler of schemas.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace crema::load {

// Fields come out in the order they are written. A field that has its default (0, "") is written
// all the same: leave it out where proto3 does.
class ProtobufWriter {
 public:
  // uint32, uint64, int32 and int64 that are not negative, bool, enum.
  void number(std::uint32_t field, std::uint64_t value) {
    tag(field, kVarint);
    varint(value);
  }
  // sint32 and sint64.
  void signed_number(std::uint32_t field, std::int64_t value) { number(field, zigzag(value)); }
  void fixed64(std::uint32_t field, std::uint64_t value) {
    tag(field, kFixed64);
    eight_bytes(value);
  }
  void real(std::uint32_t field, double value) {
    fixed64(field, std::bit_cast<std::uint64_t>(value));
  }
  // string, bytes, or a message that was written before.
  void text(std::uint32_t field, std::string_view value) {
    tag(field, kLength);
    varint(value.size());
    bytes_ += value;
  }
  // A message within: `body` writes its fields to this writer.
  template <class Body>
  void message(std::uint32_t field, Body body) {
    tag(field, kLength);
    const std::size_t start = bytes_.size();
    body();
    insert_length(start);
  }
  // Fields that another writer wrote.
  void raw(std::string_view fields) { bytes_ += fields; }
  // Elements of a packed field, inside message().
  void packed_number(std::uint64_t value) { varint(value); }
  void packed_signed(std::int64_t value) { varint(zigzag(value)); }
  void packed_fixed64(std::uint64_t value) { eight_bytes(value); }
  void packed_real(double value) { eight_bytes(std::bit_cast<std::uint64_t>(value)); }

  bool empty() const { return bytes_.empty(); }
  std::string take() { return std::move(bytes_); }

 private:
  static constexpr std::uint32_t kVarint = 0;
  static constexpr std::uint32_t kFixed64 = 1;
  static constexpr std::uint32_t kLength = 2;

  static std::uint64_t zigzag(std::int64_t value) {
    return (static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63);
  }
  void tag(std::uint32_t field, std::uint32_t type) { varint((field << 3U) | type); }
  void varint(std::uint64_t value);
  void eight_bytes(std::uint64_t value);
  void insert_length(std::size_t start);

  std::string bytes_;
};

}  // namespace crema::load
