// The messages that JSON writes in a form of their own, on their way to the wire.
#include "known_type_text.h"
#include "message_encoder.h"

#include <fmt/format.h>

#include <bit>
#include <charconv>

namespace crema::load {

bool MessageEncoder::known(const ProtoMessage& message) {
  switch (message.known) {
    case KnownType::any:
      return any();
    case KnownType::timestamp:
    case KnownType::duration:
      return timestamp_or_duration(message);
    case KnownType::wrapper:
      return value(message.fields[0], false);
    case KnownType::structure:
      return structure();
    case KnownType::list_value:
      return list_value();
    case KnownType::value:
      return dynamic_value();
    case KnownType::field_mask:
      return field_mask(message);
    case KnownType::none:
    case KnownType::empty:
      break;
  }
  return object(message, false);
}

bool MessageEncoder::invalid_known(const ProtoMessage& message, std::size_t position) {
  return in_.fail_at(position,
                     fmt::format("invalid {} value {}", message.name, in_.token_at(position)));
}

// The type of an Any may stand behind its fields: a look ahead, and back to where it began.
bool MessageEncoder::any_url(std::string_view& url, std::string& buffer) {
  const auto begin = in_.position();
  bool found = false;
  if (!in_.expect('{')) return false;
  if (in_.take('}')) return true;
  do {
    in_.peek();
    const auto position = in_.position();
    std::string_view name;
    if (!in_.string(name, buffer_)) return false;
    const bool is_type = name == "@type";
    if (!in_.expect(':')) return false;
    if (!is_type) {
      if (!in_.skip()) return false;
      continue;
    }
    if (found) return in_.fail_at(position, "duplicate \"@type\" field");
    found = true;
    const auto token = in_.peek();
    const auto at = in_.position();
    if (token != JsonToken::string)
      return in_.fail_at(at,
                         fmt::format("@type field value is not a string: {}", in_.token_at(at)));
    if (!in_.string(url, buffer)) return false;
    if (url.empty()) return in_.fail_at(at, "@type field contains empty value");
    if (types_.find(url.substr(url.rfind('/') + 1)) == nullptr)
      return in_.fail_at(at, fmt::format("unable to resolve \"{}\": \"not found\"", url));
  } while (in_.take(','));
  if (!in_.expect('}')) return false;
  if (!found) return in_.fail_at(begin, "missing \"@type\" field");
  in_.seek(begin);
  return true;
}

bool MessageEncoder::any() {
  in_.peek();
  std::string buffer;
  std::string_view url;
  if (!any_url(url, buffer)) return false;
  if (url.empty()) return true;
  append_field(raw_, 1, url);
  append_tag(raw_, 2, WireType::bytes);
  const auto hole = open();
  const auto& inner = *types_.find(url.substr(url.rfind('/') + 1));
  if (inner.known == KnownType::none ? !object(inner, true) : !any_value(inner)) return false;
  close(hole);
  return true;
}

// A known type stands in a member `value` beside the type.
bool MessageEncoder::any_value(const ProtoMessage& inner) {
  const auto begin = in_.position();
  bool found = false;
  if (!in_.expect('{')) return false;
  do {
    in_.peek();
    const auto position = in_.position();
    std::string_view name;
    if (!in_.string(name, buffer_)) return false;
    const bool is_value = name == "value";
    const bool is_type = name == "@type";
    if (!in_.expect(':')) return false;
    if (is_type) {
      if (!in_.skip()) return false;
    } else if (!is_value) {
      return in_.fail_at(position, fmt::format("unknown field {}", in_.token_at(position)));
    } else if (found) {
      return in_.fail_at(position, "duplicate \"value\" field");
    } else {
      found = true;
      if (!message(inner)) return false;
    }
  } while (in_.take(','));
  if (!in_.expect('}')) return false;
  return found || in_.fail_at(begin, "missing \"value\" field");
}

bool MessageEncoder::structure() {
  static const ProtoField kKey{.name = "key", .number = 1, .kind = ProtoKind::string};
  if (++depth_ > kMostMessageDepth)
    return in_.fail_at(in_.position(), "exceeded max recursion depth");
  if (!in_.expect('{')) return false;
  if (!in_.take('}')) {
    do {
      in_.peek();
      const auto position = in_.position();
      std::string_view name;
      if (!in_.string(name, buffer_)) return false;
      append_tag(raw_, 1, WireType::bytes);
      const auto entry = open();
      if (!map_key(kKey, name, position) || !in_.expect(':')) return false;
      append_tag(raw_, 2, WireType::bytes);
      const auto value = open();
      if (!dynamic_value()) return false;
      close(value);
      close(entry);
    } while (in_.take(','));
    if (!in_.expect('}')) return false;
  }
  --depth_;
  return true;
}

bool MessageEncoder::list_value() {
  if (++depth_ > kMostMessageDepth)
    return in_.fail_at(in_.position(), "exceeded max recursion depth");
  if (!in_.expect('[')) return false;
  if (!in_.take(']')) {
    do {
      append_tag(raw_, 1, WireType::bytes);
      const auto item = open();
      if (!dynamic_value()) return false;
      close(item);
    } while (in_.take(','));
    if (!in_.expect(']')) return false;
  }
  --depth_;
  return true;
}

bool MessageEncoder::dynamic_value() {
  const auto tag = [&](ValueField field, WireType type) {
    append_tag(raw_, static_cast<std::uint32_t>(field), type);
  };
  std::string_view text;
  bool flag = false;
  switch (in_.peek()) {
    case JsonToken::null:
      tag(ValueField::null_value, WireType::varint);
      append_varint(raw_, 0);
      return in_.null();
    case JsonToken::boolean:
      if (!in_.boolean(flag)) return false;
      tag(ValueField::boolean, WireType::varint);
      append_varint(raw_, flag ? 1 : 0);
      return true;
    case JsonToken::number: {
      const auto position = in_.position();
      double number = 0;
      if (!in_.number(text)) return false;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error == std::errc::result_out_of_range && text.find('-') == std::string_view::npos)
        return in_.fail_at(position, fmt::format("invalid google.protobuf.Value: {}", text));
      tag(ValueField::number, WireType::fixed64);
      append_fixed(raw_, std::bit_cast<std::uint64_t>(number));
      return true;
    }
    case JsonToken::string:
      if (!in_.string(text, buffer_)) return false;
      append_field(raw_, static_cast<std::uint32_t>(ValueField::string), text);
      return true;
    case JsonToken::object: {
      tag(ValueField::structure, WireType::bytes);
      const auto hole = open();
      if (!structure()) return false;
      close(hole);
      return true;
    }
    case JsonToken::array: {
      tag(ValueField::list, WireType::bytes);
      const auto hole = open();
      if (!list_value()) return false;
      close(hole);
      return true;
    }
    case JsonToken::end:
    case JsonToken::invalid:
      break;
  }
  return in_.unexpected(in_.position());
}

bool MessageEncoder::timestamp_or_duration(const ProtoMessage& message) {
  const auto token = in_.peek();
  const auto position = in_.position();
  if (token != JsonToken::string) return in_.unexpected(position);
  std::string_view text;
  if (!in_.string(text, buffer_)) return false;
  const auto parsed =
      message.known == KnownType::timestamp ? parse_timestamp(text) : parse_duration_text(text);
  if (!parsed) return invalid_known(message, position);
  if (parsed->seconds != 0) {
    append_tag(raw_, 1, WireType::varint);
    append_varint(raw_, static_cast<std::uint64_t>(parsed->seconds));
  }
  if (parsed->nanos != 0) {
    append_tag(raw_, 2, WireType::varint);
    append_varint(raw_, static_cast<std::uint64_t>(std::int64_t{parsed->nanos}));
  }
  return true;
}

bool MessageEncoder::field_mask(const ProtoMessage& message) {
  const auto token = in_.peek();
  const auto position = in_.position();
  if (token != JsonToken::string) return in_.unexpected(position);
  std::string_view rest;
  if (!in_.string(rest, buffer_)) return false;
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    const auto path = mask_path_to_snake(rest.substr(0, comma));
    if (!path || path->empty()) return invalid_known(message, position);
    append_field(raw_, 1, *path);
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
  }
  return true;
}

}  // namespace crema::load
