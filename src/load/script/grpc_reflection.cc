#include "grpc_reflection.h"

#include "crema/base/hash.h"
#include "crema/load/protobuf/reflection.h"
#include "crema/load/protobuf/wire.h"

#include <fmt/format.h>

namespace crema::load {
namespace {

auto interrupted() { return fail("load/interrupted", "interrupted"); }

// One conversation with one version of the service. Its status is left in `status`.
Result<> walk(GrpcCall& call, ReflectionWalk& walk, GrpcStatus& status) {
  std::string request, response;
  while (walk.next(request)) {
    call.send(request);
    switch (call.read(response)) {
      case GrpcCall::Read::message:
        CREMA_TRY(walk.take(response));
        break;
      case GrpcCall::Read::interrupted:
        return interrupted();
      case GrpcCall::Read::ended:
        status = call.status();
        return fail("protobuf/reflection", "can't list services: " + status.text());
    }
  }
  call.finish_sending();
  if (call.read(response) == GrpcCall::Read::interrupted) return interrupted();
  return {};
}

Result<> ask(UserState& user, const std::shared_ptr<GrpcChannel>& channel,
             const GrpcRequest& request, ReflectionWalk& answers, GrpcStatus& status) {
  Result<> result = fail("protobuf/reflection", "");
  {
    GrpcCall call(channel);
    if (call.start(request, nullptr)) {
      result = walk(call, answers, status);
    } else {
      status = call.status();
      result = fail("protobuf/reflection", "can't list services: " + status.text());
    }
  }
  take_grpc_bytes(user, *channel);
  return result;
}

}  // namespace

Result<SchemaPtr> reflect(UserState& user, const std::shared_ptr<GrpcChannel>& channel,
                          const GrpcMetadata& metadata, Time deadline) {
  Result<> result;
  ReflectionWalk answers;
  for (const char* version : {"v1", "v1alpha"}) {
    const auto path =
        fmt::format("/grpc.reflection.{}.ServerReflection/ServerReflectionInfo", version);
    GrpcStatus status;
    answers = ReflectionWalk();
    result = ask(user, channel,
                 {.path = path,
                  .metadata = &metadata,
                  .timeout = std::max(Duration(1), deadline - user.links.loop->now())},
                 answers, status);
    if (status.code != GrpcCode::unimplemented) break;
  }
  if (!result) return fail(result.error());
  // Users that ask the same server get the same answer: one schema is enough.
  std::string all;
  for (const auto& file : answers.files()) append_field(all, 1, file);
  return user.links.programs->grpc().schema("reflection " + sha256_hex(all),
                                            [&] { return schema_of_descriptors(answers.files()); });
}

GrpcHealth check_health(UserState& user, const std::shared_ptr<GrpcChannel>& channel,
                        const std::string& service) {
  Loop& loop = *user.links.loop;
  const auto begin = loop.now();
  GrpcHealth result;
  std::string request, response;
  if (!service.empty()) append_field(request, 1, service);
  {
    GrpcCall call(channel);
    const std::string_view only = request;
    auto read = GrpcCall::Read::ended;
    if (call.start({.path = "/grpc.health.v1.Health/Check"}, &only)) {
      std::string more;
      read = call.read(response);
      if (read == GrpcCall::Read::message) read = call.read(more);
    }
    result.interrupted = read == GrpcCall::Read::interrupted || loop.interrupted();
    result.status = call.status();
  }
  take_grpc_bytes(user, *channel);
  WireReader reader(response);
  WireField field;
  while (reader.next(field))
    if (field.number == 1 && field.type == WireType::varint)
      result.health = static_cast<std::uint32_t>(field.value);
  if (!result.interrupted)
    record_grpc_call(user, user.tags_now(), result.status.code, loop.now() - begin);
  return result;
}

}  // namespace crema::load
