// ProtoSchema: the messages and methods that .proto files declare, in the shape that encoding and
// decoding ask for.
#pragma once

#include "crema/base/result.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace crema::load {

enum class ProtoKind : std::uint8_t {
  float64,
  float32,
  int32,
  int64,
  uint32,
  uint64,
  sint32,
  sint64,
  fixed32,
  fixed64,
  sfixed32,
  sfixed64,
  boolean,
  string,
  bytes,
  enumeration,
  message,
  group,
};

// Messages that have a JSON form of their own.
enum class KnownType : std::uint8_t {
  none,
  any,
  timestamp,
  duration,
  wrapper,
  structure,
  list_value,
  value,
  field_mask,
  empty,  // of its own inside of an Any only
};

// Finds by a view without making a string of it.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};
template <class Item>
using TextMap = std::unordered_map<std::string, Item, TextHash, std::equal_to<>>;

struct ProtoEnum {
  std::string name;
  std::vector<std::pair<std::int32_t, std::string>> values;  // by number; the first of each counts
  TextMap<std::int32_t> numbers;
  bool is_null_value = false;  // google.protobuf.NullValue

  const std::string* name_of(std::int32_t number) const;
};

struct ProtoMessage;

struct ProtoField {
  std::string name;       // as the file has it
  std::string json_name;  // "a_b" -> "aB", or what the file says
  std::uint32_t number = 0;
  ProtoKind kind = ProtoKind::int32;
  bool repeated = false;  // a list or a map
  bool packed = false;
  bool map = false;       // `message` is then its entry: key and value are fields 0 and 1 of that
  bool presence = false;  // whether it can be told apart from its zero
  bool required = false;
  int oneof = -1;                         // index of its oneof, of `optional` too
  const ProtoMessage* message = nullptr;  // of kinds message and group
  const ProtoEnum* enumeration = nullptr;
};

struct ProtoMessage {
  std::string name;  // "shop.v1.Order"
  KnownType known = KnownType::none;
  std::vector<ProtoField> fields;   // in the order of the file
  std::vector<std::string> oneofs;  // their full names
  std::vector<std::pair<std::uint32_t, std::uint32_t>>
      by_number;                   // sorted; to an index of `fields`
  TextMap<std::uint32_t> by_name;  // both names
  bool has_required = false;

  const ProtoField* find_number(std::uint32_t number) const;
  const ProtoField* find_name(std::string_view text) const;
};

struct ProtoMethod {
  std::string path;     // "/shop.v1.Shop/Order"
  std::string package;  // "shop.v1"
  std::string service;  // "Shop"
  std::string name;     // "Order"
  bool client_streams = false;
  bool server_streams = false;
  const ProtoMessage* input = nullptr;
  const ProtoMessage* output = nullptr;
};

// Immutable once it is made: threads share it.
class ProtoSchema {
 public:
  const ProtoMethod* method(std::string_view path) const;
  const ProtoMessage* message(std::string_view full_name) const;
  // In the order of the files, services and methods.
  const std::deque<ProtoMethod>& methods() const { return methods_; }

 private:
  friend struct SchemaBuilder;
  std::deque<ProtoMessage> messages_;
  std::deque<ProtoEnum> enums_;
  std::deque<ProtoMethod> methods_;
  TextMap<const ProtoMessage*> messages_by_name_;
  TextMap<const ProtoMethod*> methods_by_path_;
};
using SchemaPtr = std::shared_ptr<const ProtoSchema>;

// The content of the file of that name, which is relative to one of the import paths or not; null
// where there is none. Asked for names as they stand in `import`, too.
using ProtoFileReader = std::function<std::shared_ptr<const std::string>(const std::string& name)>;

// The schema of these files with all they import. google/protobuf/*.proto need not be there. Fails
// with "protobuf/file" where one is missing, "protobuf/syntax" where one cannot be read; with file,
// line and column in the message, and the first further errors as notes.
Result<SchemaPtr> schema_of_files(std::span<const std::string> names,
                                  const ProtoFileReader& reader);
// Of a serialised google.protobuf.FileDescriptorSet. Fails with "protobuf/set".
Result<SchemaPtr> schema_of_set(std::string_view bytes);
// Of serialised google.protobuf.FileDescriptorProtos, in any order, each once. Files of the
// standard ones may be missing. Fails with "protobuf/set".
Result<SchemaPtr> schema_of_descriptors(std::span<const std::string> files);

}  // namespace crema::load
