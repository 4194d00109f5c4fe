// The class Stream of k6/net/grpc.
#include "grpc_classes.h"
#include "grpc_message.h"
#include "grpc_params.h"
#include "grpc_stream.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::load {
namespace {

using StreamPointer = std::shared_ptr<ScriptGrpcStream>;

StreamPointer stream_of(JSContext* context, JSValueConst self) {
  const auto* held = static_cast<StreamPointer*>(
      JS_GetOpaque2(context, self, grpc_classes_of(context).grpc_stream));
  return held == nullptr ? nullptr : *held;
}

void warn(UserState& user, std::string text) {
  if (user.links.log) user.links.log(LogEntry{LogLevel::warning, std::move(text), {}});
}

JSValue js_on(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  const auto stream = stream_of(context, self);
  if (stream == nullptr) return JS_EXCEPTION;
  const std::string event = text_of(context, argument(0, count, arguments));
  if (count < 2 || !JS_IsFunction(context, arguments[1]))
    return JS_ThrowPlainError(context, "handler for \"%s\" event isn't a callable function",
                              event.c_str());
  const auto known = std::ranges::find(kGrpcEvents, event);
  if (known == kGrpcEvents.end()) {
    warn(user_of(context),
         fmt::format("can't register {} event handler: unknown GRPC stream's event type: {}", event,
                     event));
    return JS_UNDEFINED;
  }
  // Nothing happens any more to one that is at its end.
  const auto& open = user_of(context).grpc_streams;
  if (std::ranges::find(open, stream) == open.end()) return JS_UNDEFINED;
  stream->handlers[static_cast<std::size_t>(known - kGrpcEvents.begin())].push_back(
      Value::copy_of(context, arguments[1]));
  return JS_UNDEFINED;
}

JSValue js_write(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  const auto stream = stream_of(context, self);
  if (stream == nullptr) return JS_EXCEPTION;
  if (!stream->writable) return JS_UNDEFINED;
  const JSValueConst given = argument(0, count, arguments);
  if (JS_IsUndefined(given) || JS_IsNull(given)) {
    warn(user_of(context), "can't send empty message");
    return JS_UNDEFINED;
  }
  const auto json = grpc_json(context, given);
  if (!json) return JS_EXCEPTION;
  auto wire = encode_message(*stream->method.input, *json, stream->client->types);
  if (wire)
    stream->write(std::move(*wire));
  else
    stream->fail("can't serialise request object to protocol buffer: " + wire.error().message);
  return JS_UNDEFINED;
}

JSValue js_end(JSContext* context, JSValueConst self, int, JSValueConst*) {
  const auto stream = stream_of(context, self);
  if (stream == nullptr) return JS_EXCEPTION;
  if (stream->writable) stream->end();
  return JS_UNDEFINED;
}

constexpr JSCFunctionListEntry kStream[] = {
    native_function("on", 2, js_on),
    native_function("write", 1, js_write),
    native_function("end", 0, js_end),
};

// Null with an exception.
GrpcClientPtr connected_client(JSContext* context, JSValueConst given) {
  const char* wrong = nullptr;
  const auto* const held =
      static_cast<GrpcClientPtr*>(JS_GetOpaque(given, grpc_classes_of(context).grpc_client));
  if (JS_IsUndefined(given) || JS_IsNull(given))
    wrong = "empty gRPC client";
  else if (held == nullptr)
    wrong = "not a gRPC client";
  else if ((*held)->channel == nullptr)
    wrong = kNoGrpcConnection;
  if (wrong == nullptr) return *held;
  JS_ThrowPlainError(context, "invalid GRPC Stream's client: %s", wrong);
  return nullptr;
}

JSValue js_new_stream(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  UserState& user = user_of(context);
  const auto client = connected_client(context, argument(0, count, arguments));
  if (client == nullptr) return JS_EXCEPTION;
  const auto* const method =
      find_grpc_method(context, *client, text_of(context, argument(1, count, arguments)),
                       "invalid GRPC Stream's method: ");
  if (method == nullptr) return JS_EXCEPTION;
  GrpcCallParams params;
  if (!read_grpc_call_params(context, argument(2, count, arguments),
                             "invalid GRPC Stream's parameters", params))
    return JS_EXCEPTION;
  const auto stream = std::make_shared<ScriptGrpcStream>(user, client, *method);
  stream->tags = grpc_tags(user, params.tags, client->address, method->path);
  stream->discard = params.discard;
  Value object(context,
               JS_NewObjectClass(context, static_cast<int>(grpc_classes_of(context).grpc_stream)));
  if (object.threw()) return JS_EXCEPTION;
  JS_SetOpaque(object.get(), std::make_unique<StreamPointer>(stream).release());
  if (!stream->start(params.metadata, params.timeout)) {
    if (user.links.loop->interrupted()) return throw_interrupted(context);
    return JS_ThrowPlainError(context, "failed to create a new stream: %s",
                              stream->call.status().text().c_str());
  }
  user.grpc_streams.push_back(stream);
  return object.release();
}

// "/a.B/C" of "a.B/C"; "" stays.
std::string path_of(std::string name) {
  if (!name.empty() && name[0] != '/') name.insert(0, 1, '/');
  return name;
}

}  // namespace

const ProtoMethod* find_grpc_method(JSContext* context, const GrpcClient& client, std::string name,
                                    const char* words) {
  const std::string path = path_of(std::move(name));
  if (path.empty()) {
    JS_ThrowPlainError(context, "%smethod to invoke cannot be empty", words);
    return nullptr;
  }
  const auto* const method = client.method(path);
  if (method == nullptr)
    JS_ThrowPlainError(context, "%smethod \"%s\" not found in file descriptors", words,
                       path.c_str());
  return method;
}

JSValue grpc_constructor(JSContext* context, const char* name, JSCFunction* construct, int length,
                         JSClassID id, std::span<const JSCFunctionListEntry> members) {
  const JSValue constructor =
      JS_NewCFunction2(context, construct, name, length, JS_CFUNC_constructor, 0);
  const JSValue prototype = object_of(context, members);
  JS_SetConstructor(context, constructor, prototype);
  JS_SetClassProto(context, id, prototype);
  return constructor;
}

JSValue grpc_stream_constructor(JSContext* context) {
  return grpc_constructor(context, "Stream", js_new_stream, 3, grpc_classes_of(context).grpc_stream,
                          kStream);
}

void register_grpc_stream_class(JSRuntime* engine, ScriptClasses& classes) {
  static const JSClassDef kStreamClass{.class_name = "Stream",
                                       .finalizer = free_held_by<StreamPointer>};
  JS_NewClassID(engine, &classes.grpc_stream);
  JS_NewClass(engine, classes.grpc_stream, &kStreamClass);
}

}  // namespace crema::load
