// Messages between the wire and JSON text, by their schema: the canonical JSON mapping of protocol
// buffers (https://protobuf.dev/programming-guides/json/), as protojson reads and writes it.
#pragma once

#include "crema/load/protobuf/schema.h"

#include <string>
#include <string_view>
#include <vector>

namespace crema::load {

// The messages that a google.protobuf.Any may hold: those of several schemas.
class ProtoTypes {
 public:
  void add(SchemaPtr schema);
  // By the part of a type's URL behind its last slash; null where nobody knows it.
  const ProtoMessage* find(std::string_view full_name) const;

 private:
  std::vector<SchemaPtr> schemas_;
};

// Messages nested deeper than this are refused, in both directions.
constexpr int kMostMessageDepth = 100;

// JSON text -> the wire. Fails with "protobuf/json"; the message has protojson's words, which name
// line and column: `(line 1:10): unknown field "cup"`.
Result<std::string> encode_message(const ProtoMessage& message, std::string_view json,
                                   const ProtoTypes& types);

// The wire -> JSON text with every field that is not in a oneof. Fails with "protobuf/wire" where
// the bytes are no such message, "protobuf/unknown-type" where an Any holds what is not known.
Result<std::string> decode_message(const ProtoMessage& message, std::string_view wire,
                                   const ProtoTypes& types);

// The details of a serialised google.rpc.Status as a JSON array. One whose type is not known is
// {"@type": ..., "value": its bytes in base64}.
std::string status_details(std::string_view status, const ProtoTypes& types);

}  // namespace crema::load
