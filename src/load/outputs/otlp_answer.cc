#include "otlp_answer.h"

#include <optional>

namespace crema::load {
namespace {

constexpr std::size_t kLongestMessage = 500;

// The fields of one message, one after the other.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : rest_(bytes) {}

  struct Field {
    std::uint64_t number = 0;
    std::uint64_t value = 0;   // of a varint
    std::string_view content;  // of what has a length
  };

  // None at the end, and where the bytes are no message.
  std::optional<Field> next() {
    const auto tag = varint();
    if (!tag) return std::nullopt;
    Field field{.number = *tag >> 3U};
    switch (*tag & 7U) {
      case 0: {
        const auto value = varint();
        if (!value) return std::nullopt;
        field.value = *value;
        return field;
      }
      case 1:
        return take(8) ? std::optional(field) : std::nullopt;
      case 2: {
        const auto size = varint();
        const auto content = size ? take(*size) : std::nullopt;
        if (!content) return std::nullopt;
        field.content = *content;
        return field;
      }
      case 5:
        return take(4) ? std::optional(field) : std::nullopt;
      default:
        return std::nullopt;
    }
  }

 private:
  std::optional<std::uint64_t> varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
      if ((byte & 0x80U) == 0) return value;
    }
    return std::nullopt;
  }

  std::optional<std::string_view> take(std::uint64_t size) {
    if (size > rest_.size()) return std::nullopt;
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
};

}  // namespace

OtlpAnswer read_otlp_answer(std::string_view bytes) {
  OtlpAnswer answer;
  Fields outer(bytes);
  while (const auto field = outer.next()) {
    if (field->number != 1) continue;  // partial_success
    Fields inner(field->content);
    while (const auto part = inner.next()) {
      if (part->number == 1) answer.rejected = static_cast<std::int64_t>(part->value);
      if (part->number == 2) answer.message = part->content.substr(0, kLongestMessage);
    }
  }
  return answer;
}

}  // namespace crema::load
