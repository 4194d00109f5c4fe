#include "field_wire.h"
#include "json_cursor.h"
#include "message_decoder.h"

#include "crema/base/hash.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <charconv>
#include <cmath>

namespace crema::load {
namespace {

// Lists of numbers may be packed, whatever the file says.
bool fits(const ProtoField& field, WireType type) {
  const auto own = wire_type(field.kind);
  if (type == own) return true;
  return field.repeated && type == WireType::bytes && own != WireType::begin_group;
}

template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
  out.append(text.data(), end);
}

template <class Number>
void append_floating(std::string& out, Number number) {
  if (std::isnan(number))
    out += "\"NaN\"";
  else if (std::isinf(number))
    out += number > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  else
    append_number(out, number);
}

template <class Number>
void append_quoted(std::string& out, Number number) {
  out += '"';
  append_number(out, number);
  out += '"';
}

}  // namespace

class MessageDecoder::Index {
 public:
  Index(MessageDecoder& decoder, const ProtoMessage& message)
      : decoder_(decoder),
        message_(message),
        records_(decoder.records_.size()),
        chains_(decoder.chains_.size()) {
    decoder.chains_.resize(chains_ + message.fields.size());
  }
  ~Index() {
    decoder_.records_.resize(records_);
    decoder_.chains_.resize(chains_);
  }
  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;

  // False where the bytes are no fields.
  bool fill(std::string_view wire) {
    WireReader reader(wire);
    WireField field;
    while (reader.next(field)) {
      const auto* const known = message_.find_number(field.number);
      if (known == nullptr || !fits(*known, field.type)) continue;
      add(static_cast<std::size_t>(known - message_.fields.data()), field);
    }
    return !reader.broken();
  }
  const Chain& chain(std::size_t field) const { return decoder_.chains_[chains_ + field]; }

 private:
  void add(std::size_t index, const WireField& field) {
    // Of a oneof the last one counts.
    if (const int oneof = message_.fields[index].oneof; oneof >= 0 && chain(index).first < 0) {
      for (std::size_t i = 0; i < message_.fields.size(); ++i)
        if (message_.fields[i].oneof == oneof) decoder_.chains_[chains_ + i] = {};
    }
    auto& chain = decoder_.chains_[chains_ + index];
    const auto at = static_cast<std::int32_t>(decoder_.records_.size());
    decoder_.records_.push_back({field.value, field.bytes, field.type, -1});
    if (chain.first < 0)
      chain.first = at;
    else
      decoder_.records_[static_cast<std::size_t>(chain.last)].next = at;
    chain.last = at;
  }

  MessageDecoder& decoder_;
  const ProtoMessage& message_;
  std::size_t records_;
  std::size_t chains_;
};

Result<std::string> MessageDecoder::decode(const ProtoMessage& message, std::string_view wire) {
  if (!this->message(message, wire)) return fail(code_, "proto: " + error_);
  return std::move(out_);
}

bool MessageDecoder::fail_with(std::string code, std::string message) {
  code_ = std::move(code);
  error_ = std::move(message);
  return false;
}

bool MessageDecoder::broken(std::string_view what) {
  return fail_with("protobuf/wire", std::string(what));
}

bool MessageDecoder::enter() {
  return ++depth_ <= kMostMessageDepth || broken("exceeded max recursion depth");
}

bool MessageDecoder::message(const ProtoMessage& message, std::string_view wire) {
  if (!enter()) return false;
  if (message.known != KnownType::none && message.known != KnownType::empty) {
    if (!known(message, wire)) return false;
  } else {
    out_ += '{';
    if (!members(message, wire, false)) return false;
    out_ += '}';
  }
  --depth_;
  return true;
}

void MessageDecoder::key(std::string_view name, bool& more) {
  if (more) out_ += ',';
  more = true;
  append_json_string(out_, name);
  out_ += ':';
}

bool MessageDecoder::members(const ProtoMessage& message, std::string_view wire, bool more) {
  Index index(*this, message);
  if (!index.fill(wire)) return broken("cannot parse invalid wire-format data");
  for (std::size_t i = 0; i < message.fields.size(); ++i) {
    const auto& field = message.fields[i];
    const auto [first, last] = index.chain(i);
    if (first < 0) {
      if (field.required) return missing(message, field);
      if (field.oneof >= 0) continue;
    }
    key(field.json_name, more);
    bool fine = true;
    if (field.map)
      fine = map(field, first);
    else if (field.repeated)
      fine = list(field, first);
    else if (first < 0)
      fine = unset(field);
    else
      fine = singular(field, first, last);
    if (!fine) return false;
  }
  return true;
}

bool MessageDecoder::missing(const ProtoMessage& message, const ProtoField& field) {
  return broken(fmt::format("required field {}.{} not set", message.name, field.name));
}

bool MessageDecoder::unset(const ProtoField& field) {
  if (field.presence) {
    out_ += "null";
    return true;
  }
  return value(field, Record{0, {}, wire_type(field.kind), -1});
}

bool MessageDecoder::list(const ProtoField& field, std::int32_t first) {
  out_ += '[';
  bool more = false;
  for (auto at = first; at >= 0; at = records_[static_cast<std::size_t>(at)].next) {
    const auto record = records_[static_cast<std::size_t>(at)];
    if (record.type == WireType::bytes && wire_type(field.kind) != WireType::bytes) {
      if (!packed(field, record.bytes, more)) return false;
      continue;
    }
    if (more) out_ += ',';
    more = true;
    if (!value(field, record)) return false;
  }
  out_ += ']';
  return true;
}

bool MessageDecoder::packed(const ProtoField& field, std::string_view bytes, bool& more) {
  WireReader reader(bytes);
  const auto type = wire_type(field.kind);
  while (!reader.at_end()) {
    std::uint64_t bits = 0;
    const bool fine = type == WireType::varint    ? reader.varint(bits)
                      : type == WireType::fixed32 ? reader.fixed<std::uint32_t>(bits)
                                                  : reader.fixed<std::uint64_t>(bits);
    if (!fine) return broken("cannot parse invalid wire-format data");
    if (more) out_ += ',';
    more = true;
    number(field, bits);
  }
  return true;
}

// Where a key comes twice, the last one counts: so it does in JSON, as every reader has it.
bool MessageDecoder::map(const ProtoField& field, std::int32_t first) {
  out_ += '{';
  bool more = false;
  for (auto at = first; at >= 0; at = records_[static_cast<std::size_t>(at)].next) {
    if (more) out_ += ',';
    more = true;
    const auto bytes = records_[static_cast<std::size_t>(at)].bytes;
    if (!entry(field, bytes)) return false;
  }
  out_ += '}';
  return true;
}

bool MessageDecoder::entry(const ProtoField& field, std::string_view wire) {
  const auto& shape = *field.message;
  Index index(*this, shape);
  if (!index.fill(wire)) return broken("cannot parse invalid wire-format data");
  const auto begin = out_.size();
  const auto name = index.chain(0);
  const auto record = name.last < 0 ? Record{0, {}, wire_type(shape.fields[0].kind), -1}
                                    : records_[static_cast<std::size_t>(name.last)];
  if (!value(shape.fields[0], record)) return false;
  if (out_[begin] != '"') {
    out_.insert(begin, 1, '"');
    out_ += '"';
  }
  out_ += ':';
  const auto item = index.chain(1);
  if (item.first >= 0) return singular(shape.fields[1], item.first, item.last);
  if (shape.fields[1].message != nullptr) return message(*shape.fields[1].message, "");
  return value(shape.fields[1], Record{0, {}, wire_type(shape.fields[1].kind), -1});
}

bool MessageDecoder::singular(const ProtoField& field, std::int32_t first, std::int32_t last) {
  if (first == last || field.message == nullptr)
    return value(field, records_[static_cast<std::size_t>(last)]);
  // A message that comes in pieces is what all of them hold together.
  std::string whole;
  for (auto at = first; at >= 0; at = records_[static_cast<std::size_t>(at)].next)
    whole += records_[static_cast<std::size_t>(at)].bytes;
  return message(*field.message, whole);
}

bool MessageDecoder::value(const ProtoField& field, const Record& record) {
  if (field.message != nullptr) return message(*field.message, record.bytes);
  if (field.kind == ProtoKind::string) return text(field, record.bytes);
  if (field.kind == ProtoKind::bytes) {
    out_ += '"';
    out_ += base64_encode(record.bytes);
    out_ += '"';
    return true;
  }
  number(field, record.value);
  return true;
}

bool MessageDecoder::text(const ProtoField& field, std::string_view bytes) {
  if (!is_utf8(bytes)) return broken(fmt::format("field {} contains invalid UTF-8", field.name));
  append_json_string(out_, bytes);
  return true;
}

void MessageDecoder::number(const ProtoField& field, std::uint64_t bits) {
  switch (field.kind) {
    case ProtoKind::boolean:
      out_ += bits != 0 ? "true" : "false";
      return;
    case ProtoKind::int32:
    case ProtoKind::sfixed32:
      return append_number(out_, static_cast<std::int32_t>(bits));
    case ProtoKind::sint32:
      return append_number(out_,
                           static_cast<std::int32_t>(unzigzag(static_cast<std::uint32_t>(bits))));
    case ProtoKind::uint32:
    case ProtoKind::fixed32:
      return append_number(out_, static_cast<std::uint32_t>(bits));
    case ProtoKind::int64:
    case ProtoKind::sfixed64:
      return append_quoted(out_, static_cast<std::int64_t>(bits));
    case ProtoKind::sint64:
      return append_quoted(out_, unzigzag(bits));
    case ProtoKind::uint64:
    case ProtoKind::fixed64:
      return append_quoted(out_, bits);
    case ProtoKind::float64:
      return append_floating(out_, std::bit_cast<double>(bits));
    case ProtoKind::float32:
      return append_floating(out_, std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    case ProtoKind::enumeration:
      return enumeration(field, bits);
    case ProtoKind::string:
    case ProtoKind::bytes:
    case ProtoKind::message:
    case ProtoKind::group:
      return;
  }
}

void MessageDecoder::enumeration(const ProtoField& field, std::uint64_t bits) {
  const auto number = static_cast<std::int32_t>(bits);
  const auto* const name = field.enumeration->name_of(number);
  if (field.enumeration->is_null_value)
    out_ += "null";
  else if (name != nullptr)
    append_json_string(out_, *name);
  else
    append_number(out_, number);
}

void ProtoTypes::add(SchemaPtr schema) { schemas_.push_back(std::move(schema)); }

const ProtoMessage* ProtoTypes::find(std::string_view full_name) const {
  for (const auto& schema : schemas_)
    if (const auto* const found = schema->message(full_name)) return found;
  return nullptr;
}

Result<std::string> decode_message(const ProtoMessage& message, std::string_view wire,
                                   const ProtoTypes& types) {
  return MessageDecoder(types).decode(message, wire);
}

}  // namespace crema::load
