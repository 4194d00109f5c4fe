#include "grpc_client.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::load {
namespace {

// Beyond it a client looks its series up anew.
constexpr std::size_t kMostEndings = 64;

double milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

Series* series_of_ending(UserState& user, const TagSet* tags, GrpcCode code) {
  Recorder& recorder = *user.links.recorder;
  if (user.system_tags.status)
    tags = recorder.tags().with(tags, "status", fmt::format("{}", static_cast<unsigned>(code)));
  return recorder.series(*user.links.builtins->grpc_req_duration, tags);
}

// Tags are made from the parts of a call once for all calls that are alike.
Series* ending_of(UserState& user, const GrpcInvocation& invocation) {
  auto& endings = invocation.client->endings;
  const auto& path = invocation.method->path;
  for (const auto& ending : endings)
    if (ending.tags == invocation.tags && ending.path == &path &&
        ending.code == invocation.status.code)
      return ending.duration;
  const TagSet* tags =
      grpc_tags(user, invocation.tags, invocation.channel->options().address, path);
  if (endings.size() >= kMostEndings) endings.clear();
  endings.push_back({invocation.tags, &path, invocation.status.code,
                     series_of_ending(user, tags, invocation.status.code)});
  return endings.back().duration;
}

// The only message of a unary call; sets the status where there is none, or more than one.
std::string only_message(GrpcCall& call, GrpcInvocation& invocation) {
  std::string message, more;
  auto read = call.read(message);
  const bool found = read == GrpcCall::Read::message;
  if (found) read = call.read(more);
  invocation.interrupted = read == GrpcCall::Read::interrupted;
  if (read == GrpcCall::Read::message) {
    call.cancel();
    invocation.status = {GrpcCode::internal,
                         "cardinality violation: expected <EOF> for non server-streaming RPCs, but "
                         "received another message",
                         ""};
    return more;
  }
  invocation.status = call.status();
  if (!found && invocation.status.code == GrpcCode::ok)
    invocation.status = {GrpcCode::internal,
                         "cardinality violation: received no response message from non "
                         "server-streaming RPC",
                         ""};
  return message;
}

void decode(GrpcInvocation& invocation, const std::string& message) {
  const auto& output = *invocation.method->output;
  auto json = decode_message(output, message, invocation.client->types);
  if (json) {
    invocation.json = std::move(*json);
    return;
  }
  if (json.error().code == "protobuf/unknown-type") {
    invocation.error =
        "unable to convert response object to JSON: failed to marshal the message: " +
        json.error().message;
    return;
  }
  invocation.status = {GrpcCode::internal,
                       "grpc: failed to unmarshal the received message: " + json.error().message,
                       ""};
  if (auto empty = decode_message(output, "", invocation.client->types))
    invocation.json = std::move(*empty);
}

}  // namespace

void GrpcClient::add(const SchemaPtr& schema) {
  if (std::ranges::find(schemas, schema) != schemas.end()) return;
  schemas.push_back(schema);
  types.add(schema);
}

const ProtoMethod* GrpcClient::method(std::string_view path) const {
  for (std::size_t i = schemas.size(); i-- > 0;)
    if (const auto* const found = schemas[i]->method(path)) return found;
  return nullptr;
}

void perform(UserState& user, GrpcInvocation& invocation) {
  Loop& loop = *user.links.loop;
  const auto begin = loop.now();
  {
    GrpcCall call(invocation.channel);
    const std::string_view request = invocation.request;
    std::string message;
    if (call.start({.path = invocation.method->path,
                    .metadata = &invocation.metadata,
                    .timeout = invocation.timeout},
                   &request)) {
      message = only_message(call, invocation);
    } else {
      invocation.status = call.status();
    }
    invocation.interrupted = invocation.interrupted || loop.interrupted();
    invocation.headers = call.headers();
    invocation.trailers = call.trailers();
    if (!invocation.discard) decode(invocation, message);
  }
  take_grpc_bytes(user, *invocation.channel);
  if (invocation.interrupted) return;
  user.links.recorder->add(ending_of(user, invocation), milliseconds(loop.now() - begin),
                           user.wall(), user.metadata);
}

const TagSet* grpc_tags(UserState& user, const TagSet* tags, std::string_view address,
                        const std::string& path) {
  TagStore& store = user.links.recorder->tags();
  const SystemTags& on = user.system_tags;
  const auto put = [&](bool wanted, std::string_view name, std::string_view value) {
    if (wanted) tags = store.with(tags, name, value);
  };
  const auto slash = path.find('/', 1);
  put(on.url, "url", fmt::format("{}{}", address, path));
  put(on.service, "service", std::string_view(path).substr(1, slash - 1));
  put(on.method, "method", std::string_view(path).substr(slash + 1));
  put(on.name && !tags->find("name"), "name", path);
  return tags;
}

void record_grpc_call(UserState& user, const TagSet* tags, GrpcCode code, Duration duration) {
  user.links.recorder->add(series_of_ending(user, tags, code), milliseconds(duration), user.wall(),
                           user.metadata);
}

void take_grpc_bytes(UserState& user, GrpcChannel& channel) {
  user.http->add_wire_bytes(channel.take_wire_bytes());
}

void close_grpc_channels(UserState& user) {
  for (const auto& weak : user.channels)
    if (const auto channel = weak.lock()) channel->close();
  user.channels.clear();
}

}  // namespace crema::load
