// MessageEncoder: JSON text -> the wire, in one pass over the text.
#pragma once

#include "json_cursor.h"

#include "crema/load/protobuf/message.h"
#include "crema/load/protobuf/wire.h"

#include <string>
#include <string_view>
#include <vector>

namespace crema::load {

// The numbers of google.protobuf.Value's fields.
enum class ValueField : std::uint8_t {
  null_value = 1,
  number,
  string,
  boolean,
  structure,
  list,
};

class MessageEncoder {
 public:
  MessageEncoder(std::string_view json, const ProtoTypes& types) : in_(json), types_(types) {}
  Result<std::string> encode(const ProtoMessage& message);

 private:
  // A length that is known only once what it is the length of has been written.
  struct Hole {
    std::size_t position;
    std::size_t length;           // with the lengths that are inside of it
    std::size_t inserted_before;  // bytes of lengths that were known when it was opened
  };
  struct Scalar {
    std::uint64_t bits = 0;
    std::string_view text;  // of strings and bytes
    bool zero() const { return bits == 0 && text.empty(); }
  };
  class Seen;

  std::size_t open();
  void close(std::size_t hole);
  std::string assemble() const;

  bool message(const ProtoMessage& message);
  bool object(const ProtoMessage& message, bool with_type);
  bool member(const ProtoMessage& message, Seen& seen, bool with_type);
  bool check_required(const ProtoMessage& message, const Seen& seen, std::size_t position);
  bool list(const ProtoField& field);
  bool packed_list(const ProtoField& field);
  bool map(const ProtoField& field);
  bool map_key(const ProtoField& key, std::string_view text, std::size_t position);
  // With its tag. A zero of a field without presence is left out.
  bool value(const ProtoField& field, bool keep_zero);
  bool sub_message(const ProtoField& field);

  bool scalar(const ProtoField& field, Scalar& value);
  bool integer(const ProtoField& field, Scalar& value);
  bool integer_of(ProtoKind kind, std::string_view text, std::uint64_t& bits) const;
  bool floating(const ProtoField& field, Scalar& value);
  bool bytes(const ProtoField& field, Scalar& value);
  bool enumeration(const ProtoField& field, Scalar& value);
  void append(ProtoKind kind, const Scalar& value);
  bool invalid(const ProtoField& field, std::size_t position);

  // Known types (known_type_encoding.cc).
  bool known(const ProtoMessage& message);
  bool any();
  bool any_url(std::string_view& url, std::string& buffer);
  bool any_value(const ProtoMessage& inner);
  bool structure();
  bool list_value();
  bool dynamic_value();
  bool timestamp_or_duration(const ProtoMessage& message);
  bool field_mask(const ProtoMessage& message);
  bool invalid_known(const ProtoMessage& message, std::size_t position);

  JsonCursor in_;
  const ProtoTypes& types_;
  std::string raw_;  // the wire without the lengths of the holes
  std::vector<Hole> holes_;
  std::size_t inserted_ = 0;
  int depth_ = 0;
  std::string buffer_;  // of a string that has escapes
  std::string bytes_;   // of base64
};

}  // namespace crema::load
