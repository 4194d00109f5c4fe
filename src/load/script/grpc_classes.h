// What the classes Client and Stream of k6/net/grpc have in common.
#pragma once

#include "grpc_client.h"
#include "native.h"
#include "script_classes.h"

#include <memory>
#include <span>
#include <string>

namespace crema::load {

inline constexpr const char* kNoGrpcConnection = "no gRPC connection, you must call connect first";

inline ScriptClasses& grpc_classes_of(JSContext* context) {
  return user_of(context).links.runtime->classes();
}

inline JSValueConst argument(int index, int count, JSValueConst* arguments) {
  return index < count ? arguments[index] : JS_UNDEFINED;
}

// The method a script names with a slash before it or without; `words` begin the text of an error.
// Null with an exception.
const ProtoMethod* find_grpc_method(JSContext* context, const GrpcClient& client, std::string name,
                                    const char* words);

JSValue grpc_constructor(JSContext* context, const char* name, JSCFunction* construct, int length,
                         JSClassID id, std::span<const JSCFunctionListEntry> members);
JSValue grpc_stream_constructor(JSContext* context);
void register_grpc_stream_class(JSRuntime* engine, ScriptClasses& classes);

// A finalizer of objects that hold a pointer to a `Held`.
template <class Held>
void free_held_by(JSRuntime*, JSValueConst value) {
  JSClassID id = 0;
  const std::unique_ptr<Held> held(static_cast<Held*>(JS_GetAnyOpaque(value, &id)));
}

}  // namespace crema::load
