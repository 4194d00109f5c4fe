// The messages that JSON writes in a form of their own, on their way from the wire.
#include "json_cursor.h"
#include "message_decoder.h"
#include "message_encoder.h"

#include "crema/base/hash.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <optional>

namespace crema::load {
namespace {

constexpr std::string_view kBroken = "cannot parse invalid wire-format data";

}  // namespace

bool MessageDecoder::known(const ProtoMessage& message, std::string_view wire) {
  SecondsAndNanos time;
  std::optional<std::string> text;
  switch (message.known) {
    case KnownType::any:
      return any(wire);
    case KnownType::timestamp:
    case KnownType::duration:
      if (!seconds_and_nanos(wire, time)) return false;
      text = message.known == KnownType::timestamp ? timestamp_text(time) : duration_text(time);
      if (!text) return broken(fmt::format("{}: out of range", message.name));
      append_json_string(out_, *text);
      return true;
    case KnownType::wrapper:
      return wrapper(message.fields[0], wire);
    case KnownType::structure:
      return structure(wire);
    case KnownType::list_value:
      return list_value(wire);
    case KnownType::value:
      return dynamic_value(wire);
    case KnownType::field_mask:
      return field_mask(wire);
    case KnownType::none:
    case KnownType::empty:
      break;
  }
  return broken("unknown kind of message");
}

bool MessageDecoder::seconds_and_nanos(std::string_view wire, SecondsAndNanos& value) {
  WireReader reader(wire);
  WireField field;
  while (reader.next(field)) {
    if (field.type != WireType::varint) continue;
    if (field.number == 1) value.seconds = static_cast<std::int64_t>(field.value);
    if (field.number == 2) value.nanos = static_cast<std::int32_t>(field.value);
  }
  return !reader.broken() || broken(kBroken);
}

bool MessageDecoder::wrapper(const ProtoField& field, std::string_view wire) {
  Record last{0, {}, WireType::varint, -1};
  WireReader reader(wire);
  WireField found;
  const bool of_bytes = field.kind == ProtoKind::string || field.kind == ProtoKind::bytes;
  while (reader.next(found)) {
    if (found.number != 1 || (found.type == WireType::bytes) != of_bytes) continue;
    last = {found.value, found.bytes, found.type, -1};
  }
  if (reader.broken()) return broken(kBroken);
  return value(field, last);
}

bool MessageDecoder::any(std::string_view wire) {
  std::string_view url, bytes;
  WireReader reader(wire);
  WireField field;
  while (reader.next(field)) {
    if (field.type != WireType::bytes) continue;
    if (field.number == 1) url = field.bytes;
    if (field.number == 2) bytes = field.bytes;
  }
  if (reader.broken()) return broken(kBroken);
  if (url.empty() && bytes.empty()) {
    out_ += "{}";
    return true;
  }
  const auto* const inner = types_.find(url.substr(url.rfind('/') + 1));
  if (inner == nullptr || !is_utf8(url))
    return fail_with("protobuf/unknown-type",
                     fmt::format("google.protobuf.Any: unable to resolve \"{}\": not found", url));
  out_ += "{\"@type\":";
  append_json_string(out_, url);
  if (inner->known == KnownType::none) {
    if (!members(*inner, bytes, true)) return false;
  } else {
    out_ += ",\"value\":";
    if (!message(*inner, bytes)) return false;
  }
  out_ += '}';
  return true;
}

bool MessageDecoder::structure(std::string_view wire) {
  if (!enter()) return false;
  out_ += '{';
  bool more = false;
  WireReader reader(wire);
  WireField field;
  while (reader.next(field)) {
    if (field.number != 1 || field.type != WireType::bytes) continue;
    std::string_view name, item;
    WireReader entry(field.bytes);
    WireField part;
    while (entry.next(part)) {
      if (part.type != WireType::bytes) continue;
      if (part.number == 1) name = part.bytes;
      if (part.number == 2) item = part.bytes;
    }
    if (entry.broken()) return broken(kBroken);
    if (!is_utf8(name)) return broken("field key contains invalid UTF-8");
    key(name, more);
    if (!dynamic_value(item)) return false;
  }
  out_ += '}';
  --depth_;
  return !reader.broken() || broken(kBroken);
}

bool MessageDecoder::list_value(std::string_view wire) {
  if (!enter()) return false;
  out_ += '[';
  bool more = false;
  WireReader reader(wire);
  WireField field;
  while (reader.next(field)) {
    if (field.number != 1 || field.type != WireType::bytes) continue;
    if (more) out_ += ',';
    more = true;
    if (!dynamic_value(field.bytes)) return false;
  }
  out_ += ']';
  --depth_;
  return !reader.broken() || broken(kBroken);
}

bool MessageDecoder::dynamic_value(std::string_view wire) {
  WireReader reader(wire);
  WireField field, last;
  while (reader.next(field))
    if (field.number >= 1 && field.number <= 6) last = field;
  if (reader.broken()) return broken(kBroken);
  const auto is = [&](ValueField wanted, WireType type) {
    return last.number == static_cast<std::uint32_t>(wanted) && last.type == type;
  };
  if (is(ValueField::null_value, WireType::varint)) {
    out_ += "null";
  } else if (is(ValueField::number, WireType::fixed64)) {
    const auto number = std::bit_cast<double>(last.value);
    if (!std::isfinite(number))
      return broken("google.protobuf.Value.number_value: it is no number of JSON");
    std::array<char, 32> text{};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
    out_.append(text.data(), end);
  } else if (is(ValueField::string, WireType::bytes)) {
    if (!is_utf8(last.bytes)) return broken("field string_value contains invalid UTF-8");
    append_json_string(out_, last.bytes);
  } else if (is(ValueField::boolean, WireType::varint)) {
    out_ += last.value != 0 ? "true" : "false";
  } else if (is(ValueField::structure, WireType::bytes)) {
    return structure(last.bytes);
  } else if (is(ValueField::list, WireType::bytes)) {
    return list_value(last.bytes);
  } else {
    return broken("google.protobuf.Value: none of the oneof fields is set");
  }
  return true;
}

Result<std::string> MessageDecoder::decode_any(std::string_view wire) {
  if (!any(wire)) return fail(code_, "proto: " + error_);
  return std::move(out_);
}

std::string status_details(std::string_view status, const ProtoTypes& types) {
  constexpr std::uint32_t kDetails = 3;
  std::string all = "[";
  WireReader reader(status);
  WireField field;
  while (reader.next(field)) {
    if (field.number != kDetails || field.type != WireType::bytes) continue;
    if (all.size() > 1) all += ',';
    if (const auto known = MessageDecoder(types).decode_any(field.bytes)) {
      all += *known;
      continue;
    }
    std::string_view url, value;
    WireReader inside(field.bytes);
    WireField part;
    while (inside.next(part)) {
      if (part.type != WireType::bytes) continue;
      if (part.number == 1 && is_utf8(part.bytes)) url = part.bytes;
      if (part.number == 2) value = part.bytes;
    }
    all += "{\"@type\":";
    append_json_string(all, url);
    all += ",\"value\":\"" + base64_encode(value) + "\"}";
  }
  return all + "]";
}

bool MessageDecoder::field_mask(std::string_view wire) {
  std::string all;
  WireReader reader(wire);
  WireField field;
  while (reader.next(field)) {
    if (field.number != 1 || field.type != WireType::bytes) continue;
    const auto path = mask_path_to_camel(field.bytes);
    if (!path || !is_utf8(*path))
      return broken("google.protobuf.FieldMask.paths contains an irreversible value");
    if (!all.empty()) all += ',';
    all += *path;
  }
  if (reader.broken()) return broken(kBroken);
  append_json_string(out_, all);
  return true;
}

}  // namespace crema::load
