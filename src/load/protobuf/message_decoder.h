// MessageDecoder: the wire -> JSON text. Each message is read twice: once to find which of its
// fields are there, once to write them in the order of the file.
#pragma once

#include "known_type_text.h"

#include "crema/load/protobuf/message.h"
#include "crema/load/protobuf/wire.h"

#include <string>
#include <string_view>
#include <vector>

namespace crema::load {

class MessageDecoder {
 public:
  explicit MessageDecoder(const ProtoTypes& types) : types_(types) {}
  Result<std::string> decode(const ProtoMessage& message, std::string_view wire);
  // Of a google.protobuf.Any.
  Result<std::string> decode_any(std::string_view wire);

 private:
  struct Record {
    std::uint64_t value;
    std::string_view bytes;
    WireType type;
    std::int32_t next;  // the record of the same field behind it; -1 for none
  };
  struct Chain {
    std::int32_t first = -1;
    std::int32_t last = -1;
  };
  // The records of one message: they lie on the stacks below until it goes out of scope.
  class Index;

  bool message(const ProtoMessage& message, std::string_view wire);
  // The members without the braces around them; `more` says whether others stand before them.
  bool members(const ProtoMessage& message, std::string_view wire, bool more);
  bool missing(const ProtoMessage& message, const ProtoField& field);
  bool unset(const ProtoField& field);
  bool list(const ProtoField& field, std::int32_t first);
  bool packed(const ProtoField& field, std::string_view bytes, bool& more);
  bool map(const ProtoField& field, std::int32_t first);
  bool entry(const ProtoField& field, std::string_view wire);
  bool singular(const ProtoField& field, std::int32_t first, std::int32_t last);
  bool value(const ProtoField& field, const Record& record);
  bool text(const ProtoField& field, std::string_view bytes);
  void number(const ProtoField& field, std::uint64_t bits);
  void enumeration(const ProtoField& field, std::uint64_t bits);
  void key(std::string_view name, bool& more);

  // Known types (known_type_decoding.cc).
  bool known(const ProtoMessage& message, std::string_view wire);
  bool any(std::string_view wire);
  bool structure(std::string_view wire);
  bool list_value(std::string_view wire);
  bool dynamic_value(std::string_view wire);
  bool field_mask(std::string_view wire);
  bool wrapper(const ProtoField& field, std::string_view wire);
  bool seconds_and_nanos(std::string_view wire, SecondsAndNanos& value);

  bool enter();
  bool broken(std::string_view what);
  bool fail_with(std::string code, std::string message);

  const ProtoTypes& types_;
  std::string out_;
  std::vector<Record> records_;
  std::vector<Chain> chains_;
  int depth_ = 0;
  std::string code_;
  std::string error_;
};

}  // namespace crema::load
