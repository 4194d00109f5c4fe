#include "crema/load/remote/message.h"

#include "message_fields.h"

#include <fmt/format.h>

#include <bit>
#include <concepts>
#include <limits>
#include <type_traits>

namespace crema::load {
namespace {

class MessageWriter {
 public:
  explicit MessageWriter(std::uint8_t kind) { out_.push_back(static_cast<char>(kind)); }
  std::string take() { return std::move(out_); }

  void operator()(bool value) { out_.push_back(value ? '\1' : '\0'); }
  template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>)
  void operator()(T value) {
    number(value);
  }
  template <std::signed_integral T>
  void operator()(T value) {
    const auto wide = static_cast<std::int64_t>(value);
    number((static_cast<std::uint64_t>(wide) << 1U) ^ static_cast<std::uint64_t>(wide >> 63));
  }
  void operator()(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (unsigned i = 0; i < 8; ++i) out_.push_back(static_cast<char>(bits >> (8 * i)));
  }
  void operator()(const std::string& text) {
    number(text.size());
    out_ += text;
  }
  template <class T>
  void operator()(std::vector<T>& list) {
    number(list.size());
    for (T& item : list) fields(*this, item);
  }
  void operator()(Standing& standing) { fields(*this, standing); }
  void operator()(PointBatch& batch) { fields(*this, batch); }

 private:
  void number(std::uint64_t value) {
    for (; value >= 0x80U; value >>= 7U) out_.push_back(static_cast<char>(value | 0x80U));
    out_.push_back(static_cast<char>(value));
  }

  std::string out_;
};

// Where something is wrong, everything after it is left as it was.
class MessageReader {
 public:
  explicit MessageReader(std::string_view bytes) : rest_(bytes), size_(bytes.size()) {}

  void operator()(bool& value) {
    const auto byte = take(1);
    if (byte.empty()) return;
    if (static_cast<std::uint8_t>(byte.front()) > 1) return fault("a yes or no is neither");
    value = byte.front() != 0;
  }
  template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>)
  void operator()(T& value) {
    const auto wide = number();
    if (wide > std::numeric_limits<T>::max()) return fault("a number is too large");
    value = static_cast<T>(wide);
  }
  template <std::signed_integral T>
  void operator()(T& value) {
    const auto bits = number();
    const auto wide = static_cast<std::int64_t>(bits >> 1U) ^ -static_cast<std::int64_t>(bits & 1U);
    if (wide < std::numeric_limits<T>::min() || wide > std::numeric_limits<T>::max())
      return fault("a number is too large");
    value = static_cast<T>(wide);
  }
  void operator()(double& value) {
    const auto bytes = take(8);
    std::uint64_t bits = 0;
    for (unsigned i = 0; i < bytes.size(); ++i)
      bits |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(bytes[i])) << (8 * i);
    value = std::bit_cast<double>(bits);
  }
  void operator()(std::string& text) { text = take(number()); }
  template <class T>
  void operator()(std::vector<T>& list) {
    // Each item takes a byte at least.
    auto left = number();
    if (left > rest_.size()) return fault("it promises more than there is");
    for (; left != 0 && fault_.empty(); --left) fields(*this, list.emplace_back());
  }
  void operator()(Standing& standing) { fields(*this, standing); }
  void operator()(PointBatch& batch) { fields(*this, batch); }

  Result<> end() {
    if (fault_.empty() && !rest_.empty()) fault("there is more behind its end");
    if (fault_.empty()) return {};
    auto error = make_error("load/message",
                            fmt::format("a message of the other side cannot be read: {}", fault_));
    error.hint = "use the same version of crema for the coordinator and all agents";
    return error;
  }

 private:
  void fault(std::string_view why) {
    if (fault_.empty()) fault_ = fmt::format("{} (byte {})", why, size_ - rest_.size());
    rest_ = {};
  }
  std::string_view take(std::uint64_t count) {
    if (count > rest_.size()) {
      fault("it ends too early");
      return {};
    }
    const auto taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = take(1);
      if (byte.empty()) return 0;
      const auto next = static_cast<std::uint8_t>(byte.front());
      if (shift == 63 && next > 1) break;
      value |= static_cast<std::uint64_t>(next & 0x7FU) << shift;
      if (next < 0x80U) return value;
    }
    fault("a number is too large");
    return 0;
  }

  std::string_view rest_;
  std::size_t size_;
  std::string fault_;
};

// The message of that kind, or none.
template <std::size_t kKind = 0>
std::optional<Message> empty_message(std::size_t kind) {
  if constexpr (kKind == std::variant_size_v<Message>) {
    return std::nullopt;
  } else {
    if (kind == kKind) return Message(std::in_place_index<kKind>);
    return empty_message<kKind + 1>(kind);
  }
}

}  // namespace

std::string encode(Message message) {
  MessageWriter writer(static_cast<std::uint8_t>(message.index()));
  std::visit([&](auto& value) { fields(writer, value); }, message);
  return writer.take();
}

Result<Message> decode(std::string_view bytes) {
  if (bytes.empty()) return fail("load/message", "a message of the other side is empty");
  auto message = empty_message(static_cast<std::uint8_t>(bytes.front()));
  if (!message) {
    auto error = make_error("load/message", fmt::format("there is no message of kind {}",
                                                        static_cast<std::uint8_t>(bytes.front())));
    error.hint = "use the same version of crema for the coordinator and all agents";
    return error;
  }
  MessageReader reader(bytes.substr(1));
  std::visit([&](auto& value) { fields(reader, value); }, *message);
  CREMA_TRY(reader.end());
  return std::move(*message);
}

}  // namespace crema::load
