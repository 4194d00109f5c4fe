// How a call of gRPC ended, and the metadata around its messages.
#pragma once

#include "crema/load/protocol/header_list.h"
#include "crema/load/protocol/http_error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::load {

// https://github.com/grpc/grpc/blob/master/doc/statuscodes.md
enum class GrpcCode : std::uint32_t {
  ok = 0,
  canceled,
  unknown,
  invalid_argument,
  deadline_exceeded,
  not_found,
  already_exists,
  permission_denied,
  resource_exhausted,
  failed_precondition,
  aborted,
  out_of_range,
  unimplemented,
  internal,
  unavailable,
  data_loss,
  unauthenticated,
};

// "NotFound", as Go writes it; "Code(99)" of numbers without a name.
std::string grpc_code_name(GrpcCode code);

struct GrpcStatus {
  GrpcCode code = GrpcCode::ok;
  std::string message;
  std::string details;  // a serialised google.rpc.Status, where the server sent one

  // "rpc error: code = NotFound desc = no such drink".
  std::string text() const;
};

// What the trailers say; a status of its own where they say nothing.
GrpcStatus grpc_status_of(const HeaderList& trailers);
// Of a response whose status or content type is none of gRPC.
GrpcStatus grpc_status_of_http(int status, std::string_view content_type);
// Of a stream or connection that failed.
GrpcStatus grpc_status_of(const HttpError& error);

// Values as they are: those of names that end in "-bin" are bytes.
using GrpcMetadata = std::vector<std::pair<std::string, std::string>>;

// Lower-case names, bytes in base64, without what gRPC itself sends. An error where HTTP/2 cannot
// carry it.
std::optional<GrpcStatus> add_grpc_metadata(const GrpcMetadata& metadata, HeaderList& fields);
// What a server sent beside its messages, without gRPC's own fields.
GrpcMetadata grpc_metadata_of(const HeaderList& fields);

}  // namespace crema::load
