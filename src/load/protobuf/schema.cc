#include "crema/load/protobuf/schema.h"

#include "schema_builder.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <map>
#include <set>

namespace crema::load {
namespace {

namespace pb = google::protobuf;

ProtoKind kind_of(pb::FieldDescriptor::Type type) {
  switch (type) {
    case pb::FieldDescriptor::TYPE_DOUBLE:
      return ProtoKind::float64;
    case pb::FieldDescriptor::TYPE_FLOAT:
      return ProtoKind::float32;
    case pb::FieldDescriptor::TYPE_INT64:
      return ProtoKind::int64;
    case pb::FieldDescriptor::TYPE_UINT64:
      return ProtoKind::uint64;
    case pb::FieldDescriptor::TYPE_INT32:
      return ProtoKind::int32;
    case pb::FieldDescriptor::TYPE_FIXED64:
      return ProtoKind::fixed64;
    case pb::FieldDescriptor::TYPE_FIXED32:
      return ProtoKind::fixed32;
    case pb::FieldDescriptor::TYPE_BOOL:
      return ProtoKind::boolean;
    case pb::FieldDescriptor::TYPE_STRING:
      return ProtoKind::string;
    case pb::FieldDescriptor::TYPE_GROUP:
      return ProtoKind::group;
    case pb::FieldDescriptor::TYPE_MESSAGE:
      return ProtoKind::message;
    case pb::FieldDescriptor::TYPE_BYTES:
      return ProtoKind::bytes;
    case pb::FieldDescriptor::TYPE_UINT32:
      return ProtoKind::uint32;
    case pb::FieldDescriptor::TYPE_ENUM:
      return ProtoKind::enumeration;
    case pb::FieldDescriptor::TYPE_SFIXED32:
      return ProtoKind::sfixed32;
    case pb::FieldDescriptor::TYPE_SFIXED64:
      return ProtoKind::sfixed64;
    case pb::FieldDescriptor::TYPE_SINT32:
      return ProtoKind::sint32;
    case pb::FieldDescriptor::TYPE_SINT64:
      return ProtoKind::sint64;
  }
  return ProtoKind::int32;
}

KnownType known_type(std::string_view name) {
  static constexpr std::string_view kPackage = "google.protobuf.";
  if (!name.starts_with(kPackage)) return KnownType::none;
  name.remove_prefix(kPackage.size());
  static const std::map<std::string_view, KnownType> kTypes{
      {"Any", KnownType::any},
      {"Timestamp", KnownType::timestamp},
      {"Duration", KnownType::duration},
      {"Struct", KnownType::structure},
      {"ListValue", KnownType::list_value},
      {"Value", KnownType::value},
      {"FieldMask", KnownType::field_mask},
      {"Empty", KnownType::empty},
      {"BoolValue", KnownType::wrapper},
      {"Int32Value", KnownType::wrapper},
      {"Int64Value", KnownType::wrapper},
      {"UInt32Value", KnownType::wrapper},
      {"UInt64Value", KnownType::wrapper},
      {"FloatValue", KnownType::wrapper},
      {"DoubleValue", KnownType::wrapper},
      {"StringValue", KnownType::wrapper},
      {"BytesValue", KnownType::wrapper},
  };
  const auto found = kTypes.find(name);
  return found == kTypes.end() ? KnownType::none : found->second;
}

// A file may call a message of its own google.protobuf.Timestamp: only one with the fields that the
// JSON form is made of is that.
bool has_shape(const ProtoMessage& message) {
  const auto field = [&](std::uint32_t number, ProtoKind kind, bool repeated) {
    const auto* const found = message.find_number(number);
    return found != nullptr && found->kind == kind && found->repeated == repeated;
  };
  switch (message.known) {
    case KnownType::none:
    case KnownType::empty:
      return true;
    case KnownType::any:
      return field(1, ProtoKind::string, false) && field(2, ProtoKind::bytes, false);
    case KnownType::timestamp:
    case KnownType::duration:
      return field(1, ProtoKind::int64, false) && field(2, ProtoKind::int32, false);
    case KnownType::wrapper:
      return message.fields.size() == 1 && message.fields[0].number == 1 &&
             !message.fields[0].repeated && message.fields[0].kind < ProtoKind::enumeration;
    case KnownType::structure:
      return field(1, ProtoKind::message, true) && message.find_number(1)->map &&
             message.find_number(1)->message->fields[1].kind == ProtoKind::message &&
             message.find_number(1)->message->fields[0].kind == ProtoKind::string;
    case KnownType::list_value:
      return field(1, ProtoKind::message, true) && !message.find_number(1)->map;
    case KnownType::value:
      return field(1, ProtoKind::enumeration, false) && field(2, ProtoKind::float64, false) &&
             field(3, ProtoKind::string, false) && field(4, ProtoKind::boolean, false) &&
             field(5, ProtoKind::message, false) && field(6, ProtoKind::message, false);
    case KnownType::field_mask:
      return field(1, ProtoKind::string, true);
  }
  return false;
}

}  // namespace

// Turns libprotobuf's descriptors into ours.
struct SchemaBuilder {
  std::shared_ptr<ProtoSchema> schema = std::make_shared<ProtoSchema>();
  std::map<const pb::Descriptor*, ProtoMessage*> messages;
  std::map<const pb::EnumDescriptor*, ProtoEnum*> enums;
  std::vector<const pb::Descriptor*> unfinished;
  std::set<const pb::FileDescriptor*> seen;

  // The message of a descriptor; its fields come later, as messages may hold themselves.
  const ProtoMessage* message_of(const pb::Descriptor* from) {
    const auto [place, fresh] = messages.try_emplace(from, nullptr);
    if (!fresh) return place->second;
    auto& message = schema->messages_.emplace_back();
    place->second = &message;
    message.name = from->full_name();
    if (!from->options().map_entry()) schema->messages_by_name_.try_emplace(message.name, &message);
    unfinished.push_back(from);
    return &message;
  }

  const ProtoEnum* enum_of(const pb::EnumDescriptor* from) {
    const auto [place, fresh] = enums.try_emplace(from, nullptr);
    if (!fresh) return place->second;
    auto& made = schema->enums_.emplace_back();
    place->second = &made;
    made.name = from->full_name();
    made.is_null_value = made.name == "google.protobuf.NullValue";
    std::map<std::int32_t, std::string> names;
    for (int i = 0; i < from->value_count(); ++i) {
      const auto* const value = from->value(i);
      names.try_emplace(value->number(), value->name());
      made.numbers.try_emplace(value->name(), value->number());
    }
    made.values.assign(names.begin(), names.end());
    return &made;
  }

  ProtoField field_of(const pb::FieldDescriptor& from) {
    ProtoField field;
    field.name = from.name();
    field.json_name = from.json_name();
    field.number = static_cast<std::uint32_t>(from.number());
    field.kind = kind_of(from.type());
    field.repeated = from.is_repeated();
    field.packed = from.is_packed();
    field.map = from.is_map();
    field.presence = from.has_presence();
    field.required = from.is_required();
    if (from.containing_oneof() != nullptr) field.oneof = from.containing_oneof()->index();
    if (from.message_type() != nullptr) field.message = message_of(from.message_type());
    if (from.enum_type() != nullptr) field.enumeration = enum_of(from.enum_type());
    // The name of a group is its type's.
    if (field.kind == ProtoKind::group) field.name = from.message_type()->name();
    return field;
  }

  void finish(const pb::Descriptor* from) {
    auto& message = *messages[from];
    for (int i = 0; i < from->oneof_decl_count(); ++i)
      message.oneofs.push_back(from->oneof_decl(i)->full_name());
    for (int i = 0; i < from->field_count(); ++i) {
      const auto index = static_cast<std::uint32_t>(i);
      const auto& field = message.fields.emplace_back(field_of(*from->field(i)));
      message.has_required = message.has_required || field.required;
      message.by_number.emplace_back(field.number, index);
    }
    // The JSON name of one field goes before the plain name of another.
    for (std::uint32_t i = 0; i < message.fields.size(); ++i)
      message.by_name.try_emplace(message.fields[i].json_name, i);
    for (std::uint32_t i = 0; i < message.fields.size(); ++i)
      message.by_name.try_emplace(message.fields[i].name, i);
    std::ranges::sort(message.by_number);
  }

  void add_message(const pb::Descriptor* from) {
    std::vector<const pb::Descriptor*> stack{from};
    while (!stack.empty()) {
      const auto* const next = stack.back();
      stack.pop_back();
      message_of(next);
      for (int i = 0; i < next->nested_type_count(); ++i) stack.push_back(next->nested_type(i));
    }
  }

  void add_service(const pb::ServiceDescriptor& service) {
    for (int i = 0; i < service.method_count(); ++i) {
      const auto* const from = service.method(i);
      auto& method = schema->methods_.emplace_back();
      method.path = fmt::format("/{}/{}", service.full_name(), from->name());
      method.package = service.file()->package();
      method.service = service.name();
      method.name = from->name();
      method.client_streams = from->client_streaming();
      method.server_streams = from->server_streaming();
      method.input = message_of(from->input_type());
      method.output = message_of(from->output_type());
      schema->methods_by_path_.try_emplace(method.path, &method);
    }
  }

  void add_file(const pb::FileDescriptor* from) {
    std::vector<const pb::FileDescriptor*> stack{from};
    while (!stack.empty()) {
      const auto* const file = stack.back();
      stack.pop_back();
      if (!seen.insert(file).second) continue;
      for (int i = 0; i < file->message_type_count(); ++i) add_message(file->message_type(i));
      for (int i = 0; i < file->service_count(); ++i) add_service(*file->service(i));
      for (int i = file->dependency_count(); i-- > 0;) stack.push_back(file->dependency(i));
    }
  }

  SchemaPtr build() {
    while (!unfinished.empty()) {
      const auto* const next = unfinished.back();
      unfinished.pop_back();
      finish(next);
    }
    for (auto& message : schema->messages_) message.known = known_type(message.name);
    for (auto& message : schema->messages_)
      if (!has_shape(message)) message.known = KnownType::none;
    return schema;
  }
};

SchemaPtr schema_of(std::span<const google::protobuf::FileDescriptor* const> files) {
  SchemaBuilder builder;
  for (const auto* const file : files) builder.add_file(file);
  return builder.build();
}

const std::string* ProtoEnum::name_of(std::int32_t number) const {
  const auto found =
      std::ranges::lower_bound(values, number, {}, &std::pair<std::int32_t, std::string>::first);
  return found != values.end() && found->first == number ? &found->second : nullptr;
}

const ProtoField* ProtoMessage::find_number(std::uint32_t number) const {
  // Most messages number their fields from 1, without a gap.
  if (number - 1 < by_number.size() && by_number[number - 1].first == number)
    return &fields[by_number[number - 1].second];
  const auto found = std::ranges::lower_bound(by_number, number, {},
                                              &std::pair<std::uint32_t, std::uint32_t>::first);
  return found != by_number.end() && found->first == number ? &fields[found->second] : nullptr;
}

const ProtoField* ProtoMessage::find_name(std::string_view text) const {
  const auto found = by_name.find(text);
  return found == by_name.end() ? nullptr : &fields[found->second];
}

const ProtoMethod* ProtoSchema::method(std::string_view path) const {
  const auto found = methods_by_path_.find(path);
  return found == methods_by_path_.end() ? nullptr : found->second;
}

const ProtoMessage* ProtoSchema::message(std::string_view full_name) const {
  const auto found = messages_by_name_.find(full_name);
  return found == messages_by_name_.end() ? nullptr : found->second;
}

}  // namespace crema::load
