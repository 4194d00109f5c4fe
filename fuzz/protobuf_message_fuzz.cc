// Messages of protocol buffers, from JSON and from the wire: what was written once must be read
// again, and then be the same.
#include "crema/load/protobuf/message.h"

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace crema::load;

constexpr std::string_view kFile = R"(syntax = "proto3"; package a;
import "google/protobuf/any.proto"; import "google/protobuf/duration.proto";
import "google/protobuf/field_mask.proto"; import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto"; import "google/protobuf/wrappers.proto";
enum E { Z = 0; ONE = 1; }
message M {
  double d = 1; float f = 2; int32 i = 3; sint64 s = 4; fixed32 x = 5; bool b = 6; string t = 7;
  bytes y = 8; E e = 9; M m = 10; repeated sint32 n = 11; repeated M l = 12;
  map<string, M> p = 13; map<int64, E> q = 14; oneof o { string w = 15; M v = 16; }
  optional uint64 u = 17; google.protobuf.Any any = 18; google.protobuf.Duration dur = 19;
  google.protobuf.FieldMask mask = 20; google.protobuf.Struct st = 21;
  google.protobuf.Value val = 22; google.protobuf.Timestamp at = 23;
  google.protobuf.BytesValue wr = 24; repeated string r = 25; })";

const ProtoTypes& types() {
  static const ProtoTypes made = [] {
    const std::vector<std::string> names{"a.proto"};
    const auto schema = schema_of_files(names, [](const std::string& name) {
      return name == "a.proto" ? std::make_shared<const std::string>(kFile) : nullptr;
    });
    if (!schema) std::abort();
    ProtoTypes all;
    all.add(*schema);
    return all;
  }();
  return made;
}

// NaN and floats that are no whole numbers come back as they are: texts must be equal.
void check(const ProtoMessage& message, const std::string& wire) {
  const auto json = decode_message(message, wire, types());
  if (!json) return;
  const auto again = encode_message(message, *json, types());
  // Maps whose keys came twice on the wire are refused in JSON.
  if (!again) return;
  const auto second = decode_message(message, *again, types());
  if (!second) std::abort();
  if (*second != *json) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto& message = *types().find("a.M");
  if (data[0] % 2 == 0) {
    check(message, std::string(input));
  } else if (const auto wire = encode_message(message, input, types())) {
    const auto json = decode_message(message, *wire, types());
    // What JSON can say but a message cannot hold in turn: a Value in which nothing is set.
    if (json) check(message, *wire);
  }
  return 0;
}
