#include "field_wire.h"
#include "message_encoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <unordered_set>

namespace crema::load {
namespace {

std::string_view kind_name(ProtoKind kind) {
  static constexpr std::array<std::string_view, 18> kNames{
      "double", "float",  "int32",   "int64",   "uint32",   "uint64",
      "sint32", "sint64", "fixed32", "fixed64", "sfixed32", "sfixed64",
      "bool",   "string", "bytes",   "enum",    "message",  "group"};
  return kNames[static_cast<std::size_t>(kind)];
}

// "1.50e2" -> "150"; none where the number has a fraction, or more digits than any integer.
std::optional<std::string> whole_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const auto mark = text.find_first_of("eE");
  int exponent = 0;
  if (mark != std::string_view::npos) {
    auto power = text.substr(mark + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    const auto [end, error] = std::from_chars(power.data(), power.data() + power.size(), exponent);
    if (error != std::errc() || std::abs(exponent) > 1'000'000) return std::nullopt;
  }
  std::string digits(text.substr(0, mark));
  if (const auto point = digits.find('.'); point != std::string::npos) {
    exponent -= static_cast<int>(std::min<std::size_t>(digits.size() - point - 1, 1'000'000));
    digits.erase(point, 1);
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  while (exponent < 0 && digits.ends_with('0')) {
    digits.pop_back();
    ++exponent;
  }
  if (digits.empty()) return "0";
  if (exponent < 0 || digits.size() + static_cast<std::size_t>(exponent) > 20) return std::nullopt;
  digits.append(static_cast<std::size_t>(exponent), '0');
  return negative ? "-" + digits : digits;
}

template <class Number>
bool parse_whole(std::string_view text, std::uint64_t& bits) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  bits = static_cast<std::uint64_t>(number);
  return true;
}

// The standard alphabet or that of URLs, with padding or without. False where it is neither.
bool decode_base64(std::string_view text, std::string& out) {
  out.clear();
  const auto padding = text.find('=');
  if (padding != std::string_view::npos) {
    if (text.size() % 4 != 0 || text.size() - padding > 2 ||
        text.find_first_not_of('=', padding) != std::string_view::npos)
      return false;
    text = text.substr(0, padding);
  }
  if (text.size() % 4 == 1) return false;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    std::uint32_t six = 0;
    if (c >= 'A' && c <= 'Z')
      six = static_cast<std::uint32_t>(c - 'A');
    else if (c >= 'a' && c <= 'z')
      six = static_cast<std::uint32_t>(c - 'a' + 26);
    else if (c >= '0' && c <= '9')
      six = static_cast<std::uint32_t>(c - '0' + 52);
    else if (c == '+' || c == '-')
      six = 62;
    else if (c == '/' || c == '_')
      six = 63;
    else
      return false;
    bits = bits << 6 | six;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 0xff);
  }
  return true;
}

}  // namespace

// Which fields and oneofs of a message were there.
class MessageEncoder::Seen {
 public:
  explicit Seen(const ProtoMessage& message) : fields_(message.fields.size()) {
    if (fields_ + message.oneofs.size() > 64)
      more_.resize((fields_ + message.oneofs.size()) / 64 + 1);
  }
  // False where it was there already.
  bool add(std::size_t index) {
    auto& word = more_.empty() ? first_ : more_[index / 64];
    const auto bit = std::uint64_t{1} << (index % 64);
    if ((word & bit) != 0) return false;
    word |= bit;
    return true;
  }
  bool add_oneof(int index) { return add(fields_ + static_cast<std::size_t>(index)); }
  bool has(std::size_t index) const {
    return ((more_.empty() ? first_ : more_[index / 64]) >> (index % 64) & 1) != 0;
  }

 private:
  std::size_t fields_;
  std::uint64_t first_ = 0;
  std::vector<std::uint64_t> more_;
};

Result<std::string> MessageEncoder::encode(const ProtoMessage& message) {
  if (!this->message(message) || !in_.finish())
    return fail("protobuf/json", "proto: " + in_.error());
  return assemble();
}

std::size_t MessageEncoder::open() {
  holes_.push_back({raw_.size(), 0, inserted_});
  return holes_.size() - 1;
}

void MessageEncoder::close(std::size_t hole) {
  auto& closed = holes_[hole];
  closed.length = raw_.size() - closed.position + inserted_ - closed.inserted_before;
  inserted_ += varint_size(closed.length);
}

std::string MessageEncoder::assemble() const {
  if (holes_.empty()) return raw_;
  std::string wire;
  wire.reserve(raw_.size() + inserted_);
  std::size_t done = 0;
  for (const auto& hole : holes_) {
    wire.append(raw_, done, hole.position - done);
    done = hole.position;
    append_varint(wire, hole.length);
  }
  wire.append(raw_, done, std::string::npos);
  return wire;
}

bool MessageEncoder::message(const ProtoMessage& message) {
  if (++depth_ > kMostMessageDepth)
    return in_.fail_at(in_.position(), "exceeded max recursion depth");
  const bool fine = message.known != KnownType::none ? known(message) : object(message, false);
  --depth_;
  return fine;
}

bool MessageEncoder::object(const ProtoMessage& message, bool with_type) {
  Seen seen(message);
  if (!in_.expect('{')) return false;
  if (!in_.take('}')) {
    do {
      if (!member(message, seen, with_type)) return false;
    } while (in_.take(','));
    if (!in_.expect('}')) return false;
  }
  return !message.has_required || check_required(message, seen, in_.position());
}

bool MessageEncoder::check_required(const ProtoMessage& message, const Seen& seen,
                                    std::size_t position) {
  for (std::size_t i = 0; i < message.fields.size(); ++i) {
    if (message.fields[i].required && !seen.has(i))
      return in_.fail_at(position, fmt::format("required field {}.{} not set", message.name,
                                               message.fields[i].name));
  }
  return true;
}

bool MessageEncoder::member(const ProtoMessage& message, Seen& seen, bool with_type) {
  in_.peek();
  const auto position = in_.position();
  std::string_view name;
  if (!in_.string(name, buffer_)) return false;
  const auto* const field = message.find_name(name);
  const bool is_type = with_type && name == "@type";
  if (!in_.expect(':')) return false;
  if (is_type) return in_.skip();
  if (field == nullptr)
    return in_.fail_at(position, fmt::format("unknown field {}", in_.token_at(position)));
  const bool takes_null =
      (field->message != nullptr && field->message->known == KnownType::value) ||
      (field->enumeration != nullptr && field->enumeration->is_null_value);
  if (in_.peek() == JsonToken::null && !takes_null) return in_.null();
  const auto index = static_cast<std::size_t>(field - message.fields.data());
  if (!seen.add(index))
    return in_.fail_at(position, fmt::format("duplicate field {}", in_.token_at(position)));
  if (field->map) return map(*field);
  if (field->repeated) return field->packed ? packed_list(*field) : list(*field);
  if (field->oneof >= 0 && !seen.add_oneof(field->oneof))
    return in_.fail_at(
        position, fmt::format("error parsing {}, oneof {} is already set", in_.token_at(position),
                              message.oneofs[static_cast<std::size_t>(field->oneof)]));
  return value(*field, field->presence);
}

bool MessageEncoder::list(const ProtoField& field) {
  if (!in_.expect('[')) return false;
  if (in_.take(']')) return true;
  do {
    if (!value(field, true)) return false;
  } while (in_.take(','));
  return in_.expect(']');
}

bool MessageEncoder::packed_list(const ProtoField& field) {
  if (!in_.expect('[')) return false;
  if (in_.take(']')) return true;
  append_tag(raw_, field.number, WireType::bytes);
  const auto hole = open();
  do {
    Scalar item;
    if (!scalar(field, item)) return false;
    append(field.kind, item);
  } while (in_.take(','));
  close(hole);
  return in_.expect(']');
}

bool MessageEncoder::map(const ProtoField& field) {
  if (!in_.expect('{')) return false;
  if (in_.take('}')) return true;
  const auto& key = field.message->fields[0];
  const auto& item = field.message->fields[1];
  std::unordered_set<std::string> names;
  do {
    in_.peek();
    const auto position = in_.position();
    std::string_view name;
    if (!in_.string(name, buffer_)) return false;
    if (!names.emplace(name).second)
      return in_.fail_at(position, fmt::format("duplicate map key {}", in_.token_at(position)));
    append_tag(raw_, field.number, WireType::bytes);
    const auto hole = open();
    if (!map_key(key, name, position) || !in_.expect(':') || !value(item, true)) return false;
    close(hole);
  } while (in_.take(','));
  return in_.expect('}');
}

bool MessageEncoder::map_key(const ProtoField& key, std::string_view text, std::size_t position) {
  Scalar value;
  bool fine = true;
  if (key.kind == ProtoKind::string) {
    value.text = text;
  } else if (key.kind == ProtoKind::boolean) {
    fine = text == "true" || text == "false";
    value.bits = text == "true" ? 1 : 0;
  } else {
    fine = integer_of(key.kind, text, value.bits);
  }
  if (!fine)
    return in_.fail_at(position, fmt::format("invalid value for {} key: {}", kind_name(key.kind),
                                             in_.token_at(position)));
  append_tag(raw_, key.number, wire_type(key.kind));
  append(key.kind, value);
  return true;
}

bool MessageEncoder::value(const ProtoField& field, bool keep_zero) {
  if (field.message != nullptr) return sub_message(field);
  Scalar item;
  if (!scalar(field, item)) return false;
  if (item.zero() && !keep_zero) return true;
  append_tag(raw_, field.number, wire_type(field.kind));
  append(field.kind, item);
  return true;
}

bool MessageEncoder::sub_message(const ProtoField& field) {
  append_tag(raw_, field.number, wire_type(field.kind));
  if (field.kind == ProtoKind::group) {
    if (!message(*field.message)) return false;
    append_tag(raw_, field.number, WireType::end_group);
    return true;
  }
  const auto hole = open();
  if (!message(*field.message)) return false;
  close(hole);
  return true;
}

bool MessageEncoder::invalid(const ProtoField& field, std::size_t position) {
  const auto token = in_.peek() == JsonToken::end ? JsonToken::end : JsonToken::null;
  if (token == JsonToken::end && position >= in_.text().size()) return in_.unexpected(position);
  return in_.fail_at(position,
                     fmt::format("invalid value for {} field {}: {}", kind_name(field.kind),
                                 field.json_name, in_.token_at(position)));
}

bool MessageEncoder::scalar(const ProtoField& field, Scalar& value) {
  const auto token = in_.peek();
  const auto position = in_.position();
  switch (field.kind) {
    case ProtoKind::boolean: {
      bool flag = false;
      if (token != JsonToken::boolean) return invalid(field, position);
      if (!in_.boolean(flag)) return false;
      value.bits = flag ? 1 : 0;
      return true;
    }
    case ProtoKind::string:
      if (token != JsonToken::string) return invalid(field, position);
      return in_.string(value.text, buffer_);
    case ProtoKind::bytes:
      return bytes(field, value);
    case ProtoKind::enumeration:
      return enumeration(field, value);
    case ProtoKind::float64:
    case ProtoKind::float32:
      return floating(field, value);
    default:
      return integer(field, value);
  }
}

bool MessageEncoder::integer_of(ProtoKind kind, std::string_view text, std::uint64_t& bits) const {
  std::string whole;
  if (text.find_first_of(".eE") != std::string_view::npos) {
    auto number = whole_number(text);
    if (!number) return false;
    whole = std::move(*number);
    text = whole;
  }
  switch (kind) {
    case ProtoKind::int32:
    case ProtoKind::sint32:
    case ProtoKind::sfixed32:
    case ProtoKind::enumeration:
      return parse_whole<std::int32_t>(text, bits);
    case ProtoKind::uint32:
    case ProtoKind::fixed32:
      return parse_whole<std::uint32_t>(text, bits);
    case ProtoKind::uint64:
    case ProtoKind::fixed64:
      return parse_whole<std::uint64_t>(text, bits);
    default:
      return parse_whole<std::int64_t>(text, bits);
  }
}

bool MessageEncoder::integer(const ProtoField& field, Scalar& value) {
  const auto token = in_.peek();
  const auto position = in_.position();
  std::string_view text;
  if (token == JsonToken::number) {
    if (!in_.number(text)) return false;
  } else if (token == JsonToken::string) {
    if (!in_.string(text, buffer_)) return false;
    // Inside of the quotes there must be a number as JSON has it.
    JsonCursor inner(text);
    std::string_view number;
    if (!inner.number(number) || number.size() != text.size()) return invalid(field, position);
  } else {
    return invalid(field, position);
  }
  return integer_of(field.kind, text, value.bits) || invalid(field, position);
}

bool MessageEncoder::floating(const ProtoField& field, Scalar& value) {
  const auto token = in_.peek();
  const auto position = in_.position();
  std::string_view text;
  double number = 0;
  if (token == JsonToken::string) {
    if (!in_.string(text, buffer_)) return false;
  } else if (token == JsonToken::number) {
    if (!in_.number(text)) return false;
  } else {
    return invalid(field, position);
  }
  if (token == JsonToken::string && text == "NaN") {
    number = std::numeric_limits<double>::quiet_NaN();
  } else if (token == JsonToken::string && (text == "Infinity" || text == "-Infinity")) {
    number = (text[0] == '-' ? -1 : 1) * std::numeric_limits<double>::infinity();
  } else {
    JsonCursor inner(text);
    std::string_view whole;
    if (!inner.number(whole) || whole.size() != text.size()) return invalid(field, position);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    // What is too small is nought.
    if (error == std::errc::result_out_of_range && text.find("e-") == std::string_view::npos &&
        text.find("E-") == std::string_view::npos)
      return invalid(field, position);
    if (field.kind == ProtoKind::float32 && std::abs(number) > std::numeric_limits<float>::max())
      return invalid(field, position);
  }
  value.bits = field.kind == ProtoKind::float64
                   ? std::bit_cast<std::uint64_t>(number)
                   : std::bit_cast<std::uint32_t>(static_cast<float>(number));
  return true;
}

bool MessageEncoder::bytes(const ProtoField& field, Scalar& value) {
  const auto token = in_.peek();
  const auto position = in_.position();
  if (token != JsonToken::string) return invalid(field, position);
  std::string_view text;
  if (!in_.string(text, buffer_)) return false;
  if (!decode_base64(text, bytes_)) return invalid(field, position);
  value.text = bytes_;
  return true;
}

bool MessageEncoder::enumeration(const ProtoField& field, Scalar& value) {
  const auto token = in_.peek();
  const auto position = in_.position();
  std::string_view text;
  if (token == JsonToken::null && field.enumeration->is_null_value) return in_.null();
  if (token == JsonToken::number) {
    if (!in_.number(text)) return false;
    return integer_of(field.kind, text, value.bits) || invalid(field, position);
  }
  if (token != JsonToken::string) return invalid(field, position);
  if (!in_.string(text, buffer_)) return false;
  const auto found = field.enumeration->numbers.find(text);
  if (found == field.enumeration->numbers.end()) return invalid(field, position);
  value.bits = static_cast<std::uint64_t>(std::int64_t{found->second});
  return true;
}

void MessageEncoder::append(ProtoKind kind, const Scalar& value) {
  switch (kind) {
    case ProtoKind::string:
    case ProtoKind::bytes:
      append_varint(raw_, value.text.size());
      raw_ += value.text;
      return;
    case ProtoKind::sint32:
    case ProtoKind::sint64:
      append_varint(raw_, zigzag(static_cast<std::int64_t>(value.bits)));
      return;
    default:
      break;
  }
  switch (wire_type(kind)) {
    case WireType::fixed64:
      append_fixed(raw_, value.bits);
      return;
    case WireType::fixed32:
      append_fixed(raw_, static_cast<std::uint32_t>(value.bits));
      return;
    default:
      append_varint(raw_, value.bits);
  }
}

Result<std::string> encode_message(const ProtoMessage& message, std::string_view json,
                                   const ProtoTypes& types) {
  return MessageEncoder(json, types).encode(message);
}

}  // namespace crema::load
