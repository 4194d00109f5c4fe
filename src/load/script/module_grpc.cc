// The module "k6/net/grpc": Client, Stream and the names of statuses.
#include "grpc_classes.h"
#include "grpc_message.h"
#include "grpc_params.h"
#include "grpc_reflection.h"
#include "module_path.h"
#include "native.h"
#include "script_classes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::load {
namespace {

constexpr auto kInvokeTimeout = std::chrono::minutes(2);
constexpr const char* kInvokeParams = "invalid GRPC's client.invoke() parameters";

// Null with an exception where `self` is no Client.
GrpcClientPtr client_of(JSContext* context, JSValueConst self) {
  const auto* held = static_cast<GrpcClientPtr*>(
      JS_GetOpaque2(context, self, grpc_classes_of(context).grpc_client));
  return held == nullptr ? nullptr : *held;
}

// Throws "<words>: <message>".
JSValue throw_failure(JSContext* context, const std::string& words, const Diagnostic& why) {
  const std::string text = words.empty() ? why.message : words + ": " + why.message;
  return JS_ThrowPlainError(context, "%s", text.c_str());
}

// The methods of a schema, as load() tells them.
JSValue method_list(JSContext* context, const ProtoSchema& schema) {
  const JSValue list = JS_NewArray(context);
  std::int64_t count = 0;
  for (const auto& method : schema.methods()) {
    const JSValue item = JS_NewObject(context);
    const auto put = [&](const char* name, JSValue value) {
      JS_DefinePropertyValueStr(context, item, name, value, JS_PROP_C_W_E);
    };
    put("package", new_string(context, method.package));
    put("service", new_string(context, method.service));
    put("full_method", new_string(context, method.path));
    put("name", new_string(context, method.name));
    put("is_client_stream", JS_NewBool(context, method.client_streams));
    put("is_server_stream", JS_NewBool(context, method.server_streams));
    JS_SetPropertyInt64(context, list, count++, item);
  }
  return list;
}

// A file beside the script, or of an absolute path.
std::shared_ptr<const std::string> file_of(UserState& user, const std::string& path) {
  const bool plain = !path.starts_with('/') && !path.starts_with('.');
  const auto address = resolve_specifier(user.main_address, plain ? "./" + path : path);
  if (!address) return nullptr;
  const auto bytes = user.links.programs->files().file(*address);
  return bytes ? *bytes : nullptr;
}

JSValue js_load(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  const auto client = client_of(context, self);
  if (client == nullptr) return JS_EXCEPTION;
  UserState& user = user_of(context);
  if (!user.in_init) return JS_ThrowPlainError(context, "load must be called in the init context");
  std::vector<std::string> folders, names;
  if (count > 0 && JS_IsArray(arguments[0]))
    each_member(context, arguments[0], [&](JSAtom, const Value& folder) {
      std::string path = text_of(context, folder.get());
      if (path.starts_with("file://")) path.erase(0, 7);
      if (!path.empty()) folders.push_back(std::move(path));
      return true;
    });
  if (folders.empty()) folders.emplace_back(".");
  for (int i = 1; i < count; ++i) names.push_back(text_of(context, arguments[i]));
  std::string key = "files " + user.main_address;
  for (const auto& folder : folders) key += "\n" + folder;
  for (const auto& name : names) key += "\n\n" + name;
  const auto schema = user.links.programs->grpc().schema(key, [&] {
    return schema_of_files(names, [&](const std::string& name) {
      for (const auto& folder : folders)
        if (auto text = file_of(user, folder + "/" + name)) return text;
      return std::shared_ptr<const std::string>();
    });
  });
  if (!schema) return throw_failure(context, "", schema.error());
  client->add(*schema);
  return method_list(context, **schema);
}

JSValue js_load_protoset(JSContext* context, JSValueConst self, int count,
                         JSValueConst* arguments) {
  const auto client = client_of(context, self);
  if (client == nullptr) return JS_EXCEPTION;
  UserState& user = user_of(context);
  if (!user.in_init) return JS_ThrowPlainError(context, "load must be called in the init context");
  const std::string path = text_of(context, argument(0, count, arguments));
  const auto bytes = file_of(user, path);
  if (bytes == nullptr)
    return JS_ThrowPlainError(context, "couldn't open protoset: %s: no such file or directory",
                              path.c_str());
  const auto schema = user.links.programs->grpc().schema("set " + user.main_address + "\n" + path,
                                                         [&] { return schema_of_set(*bytes); });
  if (!schema)
    return throw_failure(context, "couldn't unmarshal protoset file " + path, schema.error());
  client->add(*schema);
  return method_list(context, **schema);
}

// False with an exception.
bool choose_tls(JSContext* context, const GrpcConnectParams& params, GrpcOptions& options) {
  UserState& user = user_of(context);
  options.secure = !params.plaintext;
  if (params.plaintext || !params.own_tls || user.http->context().tls() == nullptr) return true;
  auto tls = user.links.programs->grpc().tls(*user.http->context().tls(), params.authorities,
                                             params.certificate);
  if (!tls) {
    throw_failure(context, "", tls.error());
    return false;
  }
  options.tls = std::move(*tls);
  return true;
}

JSValue js_connect(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  const auto client = client_of(context, self);
  if (client == nullptr) return JS_EXCEPTION;
  UserState& user = user_of(context);
  if (user.in_init || user.http == nullptr)
    return JS_ThrowPlainError(context,
                              "connecting to a gRPC server in the init context is not supported");
  GrpcConnectParams params;
  if (!read_grpc_connect_params(context, argument(1, count, arguments), params))
    return JS_EXCEPTION;
  GrpcOptions options{.address = text_of(context, argument(0, count, arguments)),
                      .authority = params.authority};
  if (params.largest_received > 0)
    options.largest_received = static_cast<std::size_t>(params.largest_received);
  if (params.largest_sent > 0) options.largest_sent = static_cast<std::size_t>(params.largest_sent);
  if (!choose_tls(context, params, options)) return JS_EXCEPTION;
  // Calls on a connection that it had before go on there.
  client->endings.clear();
  client->address = options.address;
  client->channel = nullptr;
  const auto channel = std::make_shared<GrpcChannel>(user.http->context(), std::move(options));
  std::erase_if(user.channels, [](const auto& weak) { return weak.expired(); });
  user.channels.push_back(channel);
  const Time deadline = user.links.loop->now() + params.timeout;
  HttpError error;
  Result<SchemaPtr> schema = SchemaPtr();
  {
    const Waiting waiting(user);
    error = channel->connect(deadline);
    take_grpc_bytes(user, *channel);
    if (!error && params.reflect)
      schema = reflect(user, channel, params.reflect_metadata, deadline);
  }
  if (user.links.loop->interrupted()) return throw_interrupted(context);
  if (error) return JS_ThrowPlainError(context, "%s", error.message.c_str());
  client->channel = channel;
  if (!schema) return throw_failure(context, "", schema.error());
  if (*schema != nullptr) client->add(*schema);
  return JS_TRUE;
}

// False with an exception.
bool read_invocation(JSContext* context, JSValueConst self, int count, JSValueConst* arguments,
                     GrpcInvocation& invocation) {
  invocation.client = client_of(context, self);
  if (invocation.client == nullptr) return false;
  const auto refuse = [&](const char* text) {
    JS_ThrowPlainError(context, "%s", text);
    return false;
  };
  if (user_of(context).in_init)
    return refuse("invoking RPC methods in the init context is not supported");
  const GrpcClient& client = *invocation.client;
  if (client.channel == nullptr) return refuse(kNoGrpcConnection);
  invocation.channel = client.channel;
  const JSValueConst name = argument(0, count, arguments);
  invocation.method = find_grpc_method(
      context, client, JS_IsUndefined(name) ? std::string() : text_of(context, name), "");
  if (invocation.method == nullptr) return false;
  GrpcCallParams params;
  if (!read_grpc_call_params(context, argument(2, count, arguments), kInvokeParams, params))
    return false;
  if (count < 2) return refuse("request cannot be nil");
  if (JS_IsNull(arguments[1]) || JS_IsUndefined(arguments[1])) {
    JS_ThrowTypeError(context, "Cannot convert undefined or null to object");
    return false;
  }
  auto request = grpc_request(context, client, *invocation.method->input, arguments[1],
                              "unable to serialise request object to protocol buffer");
  if (!request) return false;
  invocation.request = std::move(*request);
  invocation.metadata = std::move(params.metadata);
  invocation.timeout = params.timeout == Duration(0) ? Duration(kInvokeTimeout) : params.timeout;
  invocation.discard = params.discard;
  invocation.tags = params.tags;
  return true;
}

JSValue js_invoke(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  GrpcInvocation invocation;
  if (!read_invocation(context, self, count, arguments, invocation)) return JS_EXCEPTION;
  {
    UserState& user = user_of(context);
    const Waiting waiting(user);
    perform(user, invocation);
  }
  return result_of(context, invocation);
}

// Settles a promise; false where that threw.
bool settle(JSContext* context, const Value& resolve, const Value& reject, Value result) {
  const Value& function = result.threw() ? reject : resolve;
  const Value given = result.threw() ? Value(context, JS_GetException(context)) : std::move(result);
  JSValueConst arguments[] = {given.get()};
  const Value done(context, JS_Call(context, function.get(), JS_UNDEFINED, 1, arguments));
  return !done.threw();
}

JSValue js_async_invoke(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  UserState& user = user_of(context);
  JSValue functions[2];
  Value promise(context, JS_NewPromiseCapability(context, functions));
  if (promise.threw()) return JS_EXCEPTION;
  const auto resolve = std::make_shared<Value>(context, functions[0]);
  const auto reject = std::make_shared<Value>(context, functions[1]);
  const auto invocation = std::make_shared<GrpcInvocation>();
  if (!read_invocation(context, self, count, arguments, *invocation)) {
    settle(context, *resolve, *reject, Value(context, JS_EXCEPTION));
    return promise.release();
  }
  user.begin_pending();
  Loop& loop = *user.links.loop;
  const Fiber fiber = loop.spawn([&user, &loop, invocation, resolve, reject] {
    perform(user, *invocation);
    std::erase(user.helpers, loop.current());
    user.end_pending([&user, invocation, resolve, reject] {
      if (invocation->interrupted) return false;
      return settle(user.context, *resolve, *reject,
                    Value(user.context, result_of(user.context, *invocation)));
    });
  });
  user.helpers.push_back(fiber);
  return promise.release();
}

JSValue js_health_check(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  const auto client = client_of(context, self);
  if (client == nullptr) return JS_EXCEPTION;
  if (client->channel == nullptr) return JS_ThrowPlainError(context, "%s", kNoGrpcConnection);
  UserState& user = user_of(context);
  const JSValueConst name = argument(0, count, arguments);
  const std::string service =
      JS_IsUndefined(name) || JS_IsNull(name) ? std::string() : text_of(context, name);
  GrpcHealth health;
  {
    const Waiting waiting(user);
    health = check_health(user, client->channel, service);
  }
  if (health.interrupted) return throw_interrupted(context);
  if (health.status.code != GrpcCode::ok)
    return JS_ThrowPlainError(context, "%s", health.status.text().c_str());
  const JSValue object = JS_NewObject(context);
  JS_DefinePropertyValueStr(context, object, "status", JS_NewUint32(context, health.health),
                            JS_PROP_C_W_E);
  return object;
}

JSValue js_close(JSContext* context, JSValueConst self, int, JSValueConst*) {
  const auto client = client_of(context, self);
  if (client == nullptr) return JS_EXCEPTION;
  if (client->channel == nullptr) return JS_UNDEFINED;
  client->channel->close();
  take_grpc_bytes(user_of(context), *client->channel);
  client->channel = nullptr;
  return JS_UNDEFINED;
}

constexpr JSCFunctionListEntry kClient[] = {
    native_function("load", 1, js_load),
    native_function("loadProtoset", 1, js_load_protoset),
    native_function("connect", 2, js_connect),
    native_function("invoke", 3, js_invoke),
    native_function("asyncInvoke", 3, js_async_invoke),
    native_function("healthCheck", 1, js_health_check),
    native_function("close", 0, js_close),
};

JSValue js_new_client(JSContext* context, JSValueConst, int, JSValueConst*) {
  Value object(context,
               JS_NewObjectClass(context, static_cast<int>(grpc_classes_of(context).grpc_client)));
  if (object.threw()) return JS_EXCEPTION;
  JS_SetOpaque(object.get(),
               std::make_unique<GrpcClientPtr>(std::make_shared<GrpcClient>()).release());
  return object.release();
}

struct NamedNumber {
  const char* name;
  int number;
};
constexpr NamedNumber kNumbers[] = {
    {"StatusOK", 0},
    {"StatusCanceled", 1},
    {"StatusUnknown", 2},
    {"StatusInvalidArgument", 3},
    {"StatusDeadlineExceeded", 4},
    {"StatusNotFound", 5},
    {"StatusAlreadyExists", 6},
    {"StatusPermissionDenied", 7},
    {"StatusResourceExhausted", 8},
    {"StatusFailedPrecondition", 9},
    {"StatusAborted", 10},
    {"StatusOutOfRange", 11},
    {"StatusUnimplemented", 12},
    {"StatusInternal", 13},
    {"StatusUnavailable", 14},
    {"StatusDataLoss", 15},
    {"StatusUnauthenticated", 16},
    {"HealthCheckUnknown", 0},
    {"HealthCheckServing", 1},
    {"HealthCheckNotServing", 2},
    {"HealthCheckServiceUnkown", 3},  // as k6 spells it
};

}  // namespace

void register_grpc_classes(JSRuntime* engine, ScriptClasses& classes) {
  static const JSClassDef kClientClass{.class_name = "Client",
                                       .finalizer = free_held_by<GrpcClientPtr>};
  JS_NewClassID(engine, &classes.grpc_client);
  JS_NewClass(engine, classes.grpc_client, &kClientClass);
  register_grpc_stream_class(engine, classes);
}

JSValue make_grpc(JSContext* context) {
  const ScriptClasses& classes = grpc_classes_of(context);
  const JSValue module = JS_NewObject(context);
  const auto put = [&](const char* name, JSValue value) {
    JS_DefinePropertyValueStr(context, module, name, value, JS_PROP_C_W_E);
  };
  put("Client",
      grpc_constructor(context, "Client", js_new_client, 0, classes.grpc_client, kClient));
  put("Stream", grpc_stream_constructor(context));
  for (const auto& [name, number] : kNumbers) put(name, JS_NewInt32(context, number));
  return module;
}

}  // namespace crema::load
