#include "grpc_params.h"

#include "grpc_message.h"

#include "crema/load/schedule/duration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <tuple>

namespace crema::load {
namespace {

// A value as Go's %#v shows it, with which k6 says what it does not take.
std::string go_text(JSContext* context, JSValueConst value) {
  if (JS_IsString(value)) return fmt::format("\"{}\"", text_of(context, value));
  if (JS_IsNull(value) || JS_IsUndefined(value)) return "<nil>";
  if (!JS_IsObject(value)) return text_of(context, value);
  std::string list;
  if (JS_IsArray(value)) {
    each_member(context, value, [&](JSAtom, const Value& item) {
      list += (list.empty() ? "" : ", ") +
              (item.object() ? std::string("{...}") : go_text(context, item.get()));
      return true;
    });
    return "[]interface {}{" + list + "}";
  }
  std::map<std::string, std::string> members;
  each_member(context, value, [&](JSAtom name, const Value& member) {
    members[text_of_atom(context, name)] =
        member.object() ? "{...}" : go_text(context, member.get());
    return true;
  });
  for (const auto& [name, text] : members)
    list += fmt::format("{}\"{}\":{}", list.empty() ? "" : ", ", name, text);
  return "map[string]interface {}{" + list + "}";
}

using Wrong = std::optional<std::string>;  // what is wrong, where something is

Wrong read_flag(JSContext* context, const char* name, const Value& value, bool& flag) {
  if (!JS_IsBool(value.get()))
    return fmt::format("invalid {} value: '{}', it needs to be boolean", name,
                       go_text(context, value.get()));
  flag = JS_ToBool(context, value.get()) == 1;
  return std::nullopt;
}

Wrong read_size(JSContext* context, const char* name, const Value& value, std::int64_t& size) {
  double number = NAN;
  if (JS_IsNumber(value.get())) JS_ToFloat64(context, &number, value.get());
  if (std::isnan(number) || number != std::floor(number) || std::abs(number) > 9e15)
    return fmt::format("invalid {} value: '{}', it needs to be an integer", name,
                       go_text(context, value.get()));
  if (number < 0)
    return fmt::format("invalid {} value: '{}, it needs to be a positive integer", name,
                       go_text(context, value.get()));
  size = static_cast<std::int64_t>(number);
  return std::nullopt;
}

Wrong read_timeout(JSContext* context, const Value& value, Duration& timeout) {
  if (JS_IsNumber(value.get())) {
    double milliseconds = 0;
    JS_ToFloat64(context, &milliseconds, value.get());
    const auto duration = duration_of_milliseconds(milliseconds);
    if (!duration) return "invalid timeout value: " + duration.error().message;
    timeout = *duration;
    return std::nullopt;
  }
  if (!JS_IsString(value.get())) {
    const char* const type = JS_IsBool(value.get()) ? "bool" : "object";
    return fmt::format("invalid timeout value: unable to use type {} as a duration value", type);
  }
  const std::string text = text_of(context, value.get());
  const auto duration = parse_duration(text);
  if (!duration) return fmt::format("invalid timeout value: time: invalid duration \"{}\"", text);
  timeout = *duration;
  return std::nullopt;
}

Wrong read_metadata(JSContext* context, const Value& given, GrpcMetadata& metadata) {
  if (!given.given()) return std::nullopt;
  if (!given.object() || JS_IsArray(given.get())) return "must be an object with key-value pairs";
  Wrong wrong;
  each_member(context, given.get(), [&](JSAtom atom, const Value& value) {
    std::string name = text_of_atom(context, atom);
    if (name.ends_with("-bin")) {
      const auto bytes = bytes_of(context, value.get());
      if (!bytes) {
        wrong = fmt::format("\"{}\" value must be binary", name);
        return false;
      }
      metadata.emplace_back(std::move(name), *bytes);
      return true;
    }
    if (!JS_IsString(value.get())) {
      wrong = fmt::format("\"{}\" value must be a string", name);
      return false;
    }
    metadata.emplace_back(std::move(name), text_of(context, value.get()));
    return true;
  });
  return wrong;
}

Wrong read_tls(JSContext* context, const Value& given, GrpcConnectParams& params) {
  const std::string shown = go_text(context, given.get());
  if (!given.object() || JS_IsArray(given.get()))
    return fmt::format(
        "invalid tls value: '{}', expected (optional) keys: cert, key, password, and cacerts",
        shown);
  params.own_tls = true;
  const std::tuple<const char*, std::string*, const char*> texts[] = {
      {"cert", &params.certificate.certificate, "a PEM formatted string"},
      {"key", &params.certificate.key, "a PEM formatted string"},
      {"password", &params.certificate.password, "a string"}};
  for (const auto& [name, text, what] : texts) {
    const Value value = given.member(name);
    if (value.undefined()) continue;
    if (!JS_IsString(value.get()))
      return fmt::format("invalid tls {} value: '{}', it needs to be {}", name, shown, what);
    *text = text_of(context, value.get());
  }
  const Value authorities = given.member("cacerts");
  if (authorities.undefined()) return std::nullopt;
  bool fine = JS_IsString(authorities.get()) || JS_IsArray(authorities.get());
  if (JS_IsString(authorities.get())) {
    params.authorities.push_back(text_of(context, authorities.get()));
  } else if (fine) {
    each_member(context, authorities.get(), [&](JSAtom, const Value& each) {
      fine = fine && JS_IsString(each.get());
      params.authorities.push_back(text_of(context, each.get()));
      return true;
    });
  }
  if (fine) return std::nullopt;
  return fmt::format(
      "invalid tls cacerts value: '{}', it needs to be a string or an array of PEM formatted "
      "strings",
      shown);
}

Wrong read_connect_param(JSContext* context, const std::string& name, const Value& value,
                         GrpcConnectParams& params) {
  if (name == "plaintext") return read_flag(context, "plaintext", value, params.plaintext);
  if (name == "reflect") return read_flag(context, "reflect", value, params.reflect);
  if (name == "timeout") return read_timeout(context, value, params.timeout);
  if (name == "maxReceiveSize")
    return read_size(context, "maxReceiveSize", value, params.largest_received);
  if (name == "maxSendSize") return read_size(context, "maxSendSize", value, params.largest_sent);
  if (name == "tls") return read_tls(context, value, params);
  if (name == "reflectMetadata") {
    const auto wrong = read_metadata(context, value, params.reflect_metadata);
    return wrong ? Wrong("invalid reflectMetadata param: " + *wrong) : wrong;
  }
  if (name == "authority") {
    if (!JS_IsString(value.get()))
      return fmt::format("invalid authority value: '{}', it needs to be a string",
                         go_text(context, value.get()));
    params.authority = text_of(context, value.get());
    return std::nullopt;
  }
  return fmt::format("unknown connect param: \"{}\"", name);
}

void read_tags(JSContext* context, const Value& tags, GrpcCallParams& params, Wrong& wrong) {
  if (!tags.object()) return;
  TagStore& store = user_of(context).links.recorder->tags();
  each_member(context, tags.get(), [&](JSAtom atom, const Value& value) {
    const std::string name = text_of_atom(context, atom);
    if (!JS_IsString(value.get()) && !JS_IsNumber(value.get()) && !JS_IsBool(value.get())) {
      wrong = fmt::format(
          "metric tags: invalid value for metric tag '{}': only String, Boolean and Number types "
          "are accepted as a metric tag values",
          name);
      return false;
    }
    params.tags = store.with(params.tags, name, text_of(context, value.get()));
    return true;
  });
}

Wrong read_call_param(JSContext* context, const std::string& name, const Value& value,
                      GrpcCallParams& params) {
  Wrong wrong;
  if (name == "metadata") {
    wrong = read_metadata(context, value, params.metadata);
    return wrong ? Wrong("invalid metadata param: " + *wrong) : wrong;
  }
  if (name == "tags")
    read_tags(context, value, params, wrong);
  else if (name == "timeout")
    wrong = read_timeout(context, value, params.timeout);
  else if (name == "discardResponseMessage")
    params.discard = JS_ToBool(context, value.get()) == 1;
  else
    wrong = fmt::format("unknown param: \"{}\"", name);
  return wrong;
}

// Reads member by member with `read`; false with an exception.
template <class Params>
bool read_members(JSContext* context, JSValueConst given, const char* words, Params& params,
                  Wrong (*read)(JSContext*, const std::string&, const Value&, Params&)) {
  if (!JS_IsObject(given)) return true;
  Wrong wrong;
  const bool fine = each_member(context, given, [&](JSAtom name, const Value& value) {
    wrong = read(context, text_of_atom(context, name), value, params);
    return !wrong;
  });
  if (wrong) JS_ThrowPlainError(context, "%s: %s", words, wrong->c_str());
  return fine;
}

}  // namespace

bool read_grpc_connect_params(JSContext* context, JSValueConst given, GrpcConnectParams& params) {
  return read_members(context, given, "invalid grpc.connect() parameters", params,
                      read_connect_param);
}

bool read_grpc_call_params(JSContext* context, JSValueConst given, const char* words,
                           GrpcCallParams& params) {
  params.tags = user_of(context).tags_now();
  return read_members(context, given, words, params, read_call_param);
}

}  // namespace crema::load
