#include "grpc_message.h"

#include "crema/base/hash.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace crema::load {
namespace {

void append_string(std::string& out, std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x20) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    } else {
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[c & 15];
    }
  }
  out += '"';
}

// One walk over a script's value.
class JsonWriter {
 public:
  explicit JsonWriter(JSContext* context) : context_(context) {}

  bool write(JSValueConst value) {
    if (JS_IsString(value)) return text(value);
    if (JS_IsBool(value)) return put(JS_ToBool(context_, value) == 1 ? "true" : "false");
    if (JS_IsNumber(value)) return number(value);
    if (JS_IsBigInt(value)) return text(value);
    if (JS_IsObject(value) && !JS_IsFunction(context_, value)) return object(value);
    return put("null");
  }
  std::string take() { return std::move(out_); }

 private:
  bool put(std::string_view piece) {
    out_ += piece;
    return true;
  }

  bool text(JSValueConst value) {
    const Text text(context_, value);
    if (!text.ok()) return false;
    append_string(out_, text.view());
    return true;
  }

  bool number(JSValueConst value) {
    double number = 0;
    JS_ToFloat64(context_, &number, value);
    if (std::isnan(number)) return put("\"NaN\"");
    if (std::isinf(number)) return put(number > 0 ? "\"Infinity\"" : "\"-Infinity\"");
    std::array<char, 32> digits{};
    // -0 is 0 in JSON, and whole numbers have no exponent that a reader would have to undo.
    const bool whole = std::abs(number) < 1e15 && number == std::floor(number);
    const auto result = whole ? std::to_chars(digits.data(), digits.data() + digits.size(),
                                              static_cast<std::int64_t>(number))
                              : std::to_chars(digits.data(), digits.data() + digits.size(), number);
    return put({digits.data(), static_cast<std::size_t>(result.ptr - digits.data())});
  }

  // What toJSON() gave is not asked for its own.
  bool object(JSValueConst value, bool asks = true) {
    if (const auto bytes = bytes_of(context_, value)) {
      append_string(out_, base64_encode(*bytes));
      return true;
    }
    const Value held = Value::copy_of(context_, value);
    const Value to_json = asks ? held.member("toJSON") : Value();
    if (JS_IsFunction(context_, to_json.get())) {
      const Value other(context_, JS_Call(context_, to_json.get(), value, 0, nullptr));
      if (other.threw()) return false;
      return JS_IsObject(other.get()) ? object(other.get(), false) : write(other.get());
    }
    const void* const self = JS_VALUE_GET_PTR(value);
    if (std::ranges::find(open_, self) != open_.end()) {
      JS_ThrowPlainError(context_,
                         "unable to normalize number strings: cyclic reference to an object found");
      return false;
    }
    if (open_.size() >= 2 * static_cast<std::size_t>(kMostMessageDepth)) {
      JS_ThrowPlainError(context_, "unable to serialise request object: it is nested too deep");
      return false;
    }
    open_.push_back(self);
    const bool fine = JS_IsArray(value) ? array(value) : members(value);
    open_.pop_back();
    return fine;
  }

  bool array(JSValueConst value) {
    std::int64_t length = 0;
    JS_GetLength(context_, value, &length);
    out_ += '[';
    for (std::int64_t i = 0; i < length; ++i) {
      if (i > 0) out_ += ',';
      const Value item(context_, JS_GetPropertyInt64(context_, value, i));
      if (item.threw() || !write(item.get())) return false;
    }
    return put("]");
  }

  bool members(JSValueConst value) {
    out_ += '{';
    bool more = false;
    const bool fine = each_member(context_, value, [&](JSAtom name, const Value& member) {
      if (member.undefined() || JS_IsFunction(context_, member.get())) return true;
      if (more) out_ += ',';
      more = true;
      append_string(out_, text_of_atom(context_, name));
      out_ += ':';
      return write(member.get());
    });
    return fine && put("}");
  }

  JSContext* context_;
  std::string out_;
  std::vector<const void*> open_;  // objects around the one that is written
};

// Metadata as {name: [value, ...]}.
JSValue metadata_object(JSContext* context, const GrpcMetadata& metadata) {
  const JSValue object = JS_NewObject(context);
  for (std::size_t i = 0; i < metadata.size(); ++i) {
    const auto& [name, value] = metadata[i];
    const bool seen = std::any_of(metadata.begin(), metadata.begin() + static_cast<long>(i),
                                  [&](const auto& before) { return before.first == name; });
    if (seen) continue;
    const JSValue list = JS_NewArray(context);
    std::int64_t count = 0;
    for (std::size_t at = i; at < metadata.size(); ++at)
      if (metadata[at].first == name)
        JS_SetPropertyInt64(context, list, count++, new_string(context, metadata[at].second));
    JS_DefinePropertyValueStr(context, object, name.c_str(), list, JS_PROP_C_W_E);
  }
  return object;
}

}  // namespace

std::optional<std::string> grpc_json(JSContext* context, JSValueConst value) {
  JsonWriter writer(context);
  if (writer.write(value)) return writer.take();
  return std::nullopt;
}

std::optional<std::string> grpc_request(JSContext* context, const GrpcClient& client,
                                        const ProtoMessage& message, JSValueConst value,
                                        const char* words) {
  const auto json = grpc_json(context, value);
  if (!json) return std::nullopt;
  auto wire = encode_message(message, *json, client.types);
  if (wire) return std::move(*wire);
  JS_ThrowPlainError(context, "%s: %s", words, wire.error().message.c_str());
  return std::nullopt;
}

JSValue value_of_json(JSContext* context, const std::string& json) {
  return JS_ParseJSON(context, json.c_str(), json.size(), "<message>");
}

JSValue error_object(JSContext* context, const GrpcStatus& status, const ProtoTypes& types) {
  const JSValue object = JS_NewObject(context);
  const auto put = [&](const char* name, JSValue value) {
    JS_DefinePropertyValueStr(context, object, name, value, JS_PROP_C_W_E);
  };
  put("code", JS_NewUint32(context, static_cast<std::uint32_t>(status.code)));
  put("message", new_string(context, status.message));
  put("details", value_of_json(context, status_details(status.details, types)));
  return object;
}

JSValue result_of(JSContext* context, const GrpcInvocation& invocation) {
  if (invocation.interrupted) return throw_interrupted(context);
  if (!invocation.error.empty()) return JS_ThrowPlainError(context, "%s", invocation.error.c_str());
  Value message(context,
                invocation.json.empty() ? JS_NULL : value_of_json(context, invocation.json));
  if (message.threw()) return JS_EXCEPTION;
  const JSValue result = JS_NewObject(context);
  const auto put = [&](const char* name, JSValue value) {
    JS_DefinePropertyValueStr(context, result, name, value, JS_PROP_C_W_E);
  };
  const bool fine = invocation.status.code == GrpcCode::ok;
  put("message", message.release());
  put("error", fine ? JS_NULL : error_object(context, invocation.status, invocation.client->types));
  put("headers", metadata_object(context, invocation.headers));
  put("trailers", metadata_object(context, invocation.trailers));
  put("status", JS_NewUint32(context, static_cast<std::uint32_t>(invocation.status.code)));
  return result;
}

}  // namespace crema::load
