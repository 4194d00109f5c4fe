// GrpcClient: one Client of k6/net/grpc: what it knows of services, its channel, its calls and the
// samples of those.
#pragma once

#include "user_state.h"

#include "crema/load/protobuf/message.h"
#include "crema/load/protocol/grpc_channel.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace crema::load {

struct GrpcClient {
  std::vector<SchemaPtr> schemas;
  ProtoTypes types;
  std::shared_ptr<GrpcChannel> channel;  // null: not connected
  std::string address;

  void add(const SchemaPtr& schema);
  // "/shop.v1.Shop/Order"; of several schemas that have it, the last one counts.
  const ProtoMethod* method(std::string_view path) const;

  // Where samples of calls go that have the same tags and end alike.
  struct Ending {
    const TagSet* tags;
    const std::string* path;
    GrpcCode code;
    Series* duration;
  };
  std::vector<Ending> endings;
};
using GrpcClientPtr = std::shared_ptr<GrpcClient>;

// One unary call.
struct GrpcInvocation {
  GrpcClientPtr client;
  std::shared_ptr<GrpcChannel> channel;
  const ProtoMethod* method = nullptr;
  std::string request;  // the message as it goes on the wire
  GrpcMetadata metadata;
  Duration timeout{0};
  bool discard = false;  // the response's message
  const TagSet* tags = nullptr;

  // What came of it.
  GrpcStatus status;
  std::string json;   // the response's message; empty where it is discarded
  std::string error;  // why there is no result but an exception
  GrpcMetadata headers, trailers;
  bool interrupted = false;
};

// Makes the call on the fiber that runs, and adds its samples. Touches no JavaScript.
void perform(UserState& user, GrpcInvocation& invocation);

// The tags of calls of a method: url, service, method, name.
const TagSet* grpc_tags(UserState& user, const TagSet* tags, std::string_view address,
                        const std::string& path);
// grpc_req_duration of a call that has ended; and what crossed the wire.
void record_grpc_call(UserState& user, const TagSet* tags, GrpcCode code, Duration duration);
void take_grpc_bytes(UserState& user, GrpcChannel& channel);

}  // namespace crema::load
