// The parameters of k6/net/grpc: those of connect(), and those of calls and streams.
#pragma once

#include "user_state.h"

#include "crema/load/protocol/grpc_channel.h"

#include <string>
#include <vector>

namespace crema::load {

struct GrpcConnectParams {
  bool plaintext = false;
  bool reflect = false;
  GrpcMetadata reflect_metadata;
  Duration timeout = std::chrono::minutes(1);
  std::int64_t largest_received = 0;  // 0 keeps gRPC's own
  std::int64_t largest_sent = 0;
  std::string authority;
  bool own_tls = false;
  std::vector<std::string> authorities;  // PEM
  ClientCertificate certificate;
};
// False with an exception.
bool read_grpc_connect_params(JSContext* context, JSValueConst given, GrpcConnectParams& params);

struct GrpcCallParams {
  GrpcMetadata metadata;
  const TagSet* tags = nullptr;
  Duration timeout{0};  // 0 where none is given
  bool discard = false;
};
// `words` begin the text of an error. False with an exception.
bool read_grpc_call_params(JSContext* context, JSValueConst given, const char* words,
                           GrpcCallParams& params);

}  // namespace crema::load
