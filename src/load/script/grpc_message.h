// Messages of gRPC as a script sees them: its objects as JSON text, and results as its objects.
#pragma once

#include "grpc_client.h"

#include <optional>
#include <string>

namespace crema::load {

// The JSON text of a value. Unlike JSON.stringify it keeps NaN and the infinities, as protocol
// buffers write them, and takes buffers as bytes. None with an exception.
std::optional<std::string> grpc_json(JSContext* context, JSValueConst value);
// A message for the wire; `words` begin the error where it does not fit. None with an exception.
std::optional<std::string> grpc_request(JSContext* context, const GrpcClient& client,
                                        const ProtoMessage& message, JSValueConst value,
                                        const char* words);

JSValue value_of_json(JSContext* context, const std::string& json);
// What invoke() returns, or the exception it throws.
JSValue result_of(JSContext* context, const GrpcInvocation& invocation);
// {code, message, details}
JSValue error_object(JSContext* context, const GrpcStatus& status, const ProtoTypes& types);

}  // namespace crema::load
