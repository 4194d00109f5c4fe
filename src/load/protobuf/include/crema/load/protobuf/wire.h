// The wire format of protocol buffers: tags, varints, fixed numbers
// (https://protobuf.dev/programming-guides/encoding/).
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace crema::load {

enum class WireType : std::uint8_t {
  varint = 0,
  fixed64 = 1,
  bytes = 2,
  begin_group = 3,
  end_group = 4,
  fixed32 = 5,
};

inline void append_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  out += static_cast<char>(value);
}

inline std::size_t varint_size(std::uint64_t value) {
  return (static_cast<std::size_t>(std::bit_width(value | 1)) + 6) / 7;
}

inline void append_tag(std::string& out, std::uint32_t number, WireType type) {
  append_varint(out, std::uint64_t{number} << 3 | static_cast<std::uint64_t>(type));
}

inline void append_field(std::string& out, std::uint32_t number, std::string_view bytes) {
  append_tag(out, number, WireType::bytes);
  append_varint(out, bytes.size());
  out += bytes;
}

template <class Number>
void append_fixed(std::string& out, Number value) {
  std::array<char, sizeof value> bytes{};
  std::memcpy(bytes.data(), &value, sizeof value);  // little endian, as all our machines are
  out.append(bytes.data(), bytes.size());
}

inline std::uint64_t zigzag(std::int64_t value) {
  return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}
inline std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

// One field as it stands on the wire.
struct WireField {
  std::uint32_t number = 0;
  WireType type = WireType::varint;
  std::uint64_t value = 0;  // of varint, fixed64, fixed32
  std::string_view bytes;   // of bytes, and what is inside of a group
};

// Reads field after field. What is not well formed ends it.
class WireReader {
 public:
  explicit WireReader(std::string_view input) : rest_(input) {}

  // False at the end, or where the input is broken.
  bool next(WireField& field) {
    if (rest_.empty() || broken_) return false;
    broken_ = !read(field) || field.type == WireType::end_group;
    return !broken_;
  }
  bool broken() const { return broken_; }

  // One varint more of a packed list.
  bool varint(std::uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; shift < 70 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<std::uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      if (shift == 63 && byte > 1) break;
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return true;
    }
    broken_ = true;
    return false;
  }
  template <class Number>
  bool fixed(std::uint64_t& value) {
    Number number{};
    if (rest_.size() < sizeof number) {
      broken_ = true;
      return false;
    }
    std::memcpy(&number, rest_.data(), sizeof number);
    rest_.remove_prefix(sizeof number);
    value = number;
    return true;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  bool read(WireField& field) {
    std::uint64_t tag = 0;
    if (!varint(tag) || tag >> 3 == 0 || tag >> 3 > 0x1fffffff) return false;
    field.number = static_cast<std::uint32_t>(tag >> 3);
    field.type = static_cast<WireType>(tag & 7);
    switch (field.type) {
      case WireType::varint:
        return varint(field.value);
      case WireType::fixed64:
        return fixed<std::uint64_t>(field.value);
      case WireType::fixed32:
        return fixed<std::uint32_t>(field.value);
      case WireType::bytes:
        return read_bytes(field);
      case WireType::begin_group:
        return read_group(field);
      case WireType::end_group:
        return true;
    }
    return false;
  }

  bool read_bytes(WireField& field) {
    std::uint64_t size = 0;
    if (!varint(size) || size > rest_.size()) return false;
    field.bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }

  // Passes over the group, and the groups in it, without recursion: their depth is the sender's.
  bool read_group(WireField& field) {
    const char* const begin = rest_.data();
    const std::uint32_t number = field.number;
    std::string open;  // numbers of the groups that are open, four bytes each
    append_fixed(open, number);
    while (!open.empty()) {
      const char* const end = rest_.data();
      WireField inner;
      std::uint64_t tag = 0;
      if (!varint(tag) || tag >> 3 == 0 || tag >> 3 > 0x1fffffff) return false;
      inner.number = static_cast<std::uint32_t>(tag >> 3);
      inner.type = static_cast<WireType>(tag & 7);
      if (inner.type == WireType::begin_group) {
        append_fixed(open, inner.number);
      } else if (inner.type == WireType::end_group) {
        std::uint32_t last = 0;
        std::memcpy(&last, open.data() + open.size() - sizeof last, sizeof last);
        if (last != inner.number) return false;
        open.resize(open.size() - sizeof last);
        field.bytes = {begin, static_cast<std::size_t>(end - begin)};
      } else if (!skip(inner)) {
        return false;
      }
    }
    field.number = number;
    field.type = WireType::begin_group;
    return true;
  }

  bool skip(WireField& field) {
    switch (field.type) {
      case WireType::varint:
        return varint(field.value);
      case WireType::fixed64:
        return fixed<std::uint64_t>(field.value);
      case WireType::fixed32:
        return fixed<std::uint32_t>(field.value);
      case WireType::bytes:
        return read_bytes(field);
      default:
        return false;
    }
  }

  std::string_view rest_;
  bool broken_ = false;
};

}  // namespace crema::load
