#include "crema/load/protobuf/reflection.h"

#include "crema/load/protobuf/wire.h"

#include <fmt/format.h>

namespace crema::load {
namespace {

// Fields of ServerReflectionRequest.
constexpr std::uint32_t kFileByName = 3;
constexpr std::uint32_t kFileContainingSymbol = 4;
constexpr std::uint32_t kListServices = 7;
// Fields of ServerReflectionResponse.
constexpr std::uint32_t kFiles = 4;
constexpr std::uint32_t kServices = 6;
constexpr std::uint32_t kRefusal = 7;
// Fields of FileDescriptorProto.
constexpr std::uint32_t kName = 1;
constexpr std::uint32_t kDependency = 3;

// A server must not send us round without end.
constexpr std::size_t kMostFiles = 10'000;

auto unreadable() {
  return fail("protobuf/reflection", "the server's answer about reflection cannot be read");
}

}  // namespace

bool ReflectionWalk::next(std::string& request) {
  request.clear();
  if (asked_ == Asked::nothing) {
    asked_ = Asked::services;
    append_field(request, kListServices, "*");
    return true;
  }
  while (!missing_.empty()) {
    asked_ = Asked::file;
    subject_ = std::move(missing_.back());
    missing_.pop_back();
    if (!known_files_.insert(subject_).second) continue;
    append_field(request, kFileByName, subject_);
    return true;
  }
  if (services_.empty()) return false;
  asked_ = Asked::service;
  subject_ = std::move(services_.back());
  services_.pop_back();
  append_field(request, kFileContainingSymbol, subject_);
  return true;
}

Result<> ReflectionWalk::take(std::string_view response) {
  WireReader reader(response);
  WireField field;
  while (reader.next(field)) {
    if (field.type != WireType::bytes) continue;
    if (field.number == kServices && asked_ == Asked::services)
      CREMA_TRY(take_services(field.bytes));
    if (field.number == kFiles) CREMA_TRY(take_files(field.bytes));
    if (field.number == kRefusal) CREMA_TRY(refuse(field.bytes));
  }
  if (reader.broken()) return unreadable();
  return {};
}

Result<> ReflectionWalk::take_services(std::string_view bytes) {
  WireReader reader(bytes);
  WireField service;
  while (reader.next(service)) {
    if (service.number != 1 || service.type != WireType::bytes) continue;
    WireReader inside(service.bytes);
    WireField field;
    while (inside.next(field))
      if (field.number == 1 && field.type == WireType::bytes) services_.emplace_back(field.bytes);
    if (inside.broken() || services_.size() > kMostFiles) return unreadable();
  }
  if (reader.broken()) return unreadable();
  return {};
}

Result<> ReflectionWalk::take_files(std::string_view bytes) {
  WireReader reader(bytes);
  WireField file;
  while (reader.next(file)) {
    if (file.number != 1 || file.type != WireType::bytes) continue;
    std::string name;
    std::vector<std::string> imports;
    WireReader inside(file.bytes);
    WireField field;
    while (inside.next(field)) {
      if (field.type != WireType::bytes) continue;
      if (field.number == kName) name = field.bytes;
      if (field.number == kDependency) imports.emplace_back(field.bytes);
    }
    if (inside.broken() || files_.size() >= kMostFiles) return unreadable();
    // The file that was asked for is known by its name already, and came just now.
    const bool fresh =
        known_files_.insert(name).second || (asked_ == Asked::file && name == subject_);
    if (!fresh) continue;
    if (name == subject_) subject_.clear();
    files_.emplace_back(file.bytes);
    for (auto& import : imports)
      if (!known_files_.contains(import)) missing_.push_back(std::move(import));
  }
  if (reader.broken()) return unreadable();
  return {};
}

Result<> ReflectionWalk::refuse(std::string_view bytes) const {
  // A file that the server does not have may still be one of the standard ones.
  if (asked_ == Asked::file) return {};
  std::string_view message;
  WireReader reader(bytes);
  WireField field;
  while (reader.next(field))
    if (field.number == 2 && field.type == WireType::bytes) message = field.bytes;
  if (asked_ == Asked::services)
    return fail("protobuf/reflection", fmt::format("can't list services: {}", message));
  return fail("protobuf/reflection",
              fmt::format("can't get method on service \"{}\": {}", subject_, message));
}

}  // namespace crema::load
