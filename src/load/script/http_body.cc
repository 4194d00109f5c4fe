// Bodies of requests: forms, multipart, buffers, text, compressed where asked for.
#include "http_call.h"
#include "http_cookies.h"
#include "native.h"
#include "script_classes.h"

#include "crema/load/protocol/content_coding.h"
#include "crema/load/protocol/url.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace crema::load {
namespace {

struct FileData {
  std::string content;
  std::string name;
  std::string type;
};

FileData* file_of(JSContext* context, JSValueConst value) {
  return static_cast<FileData*>(
      JS_GetOpaque(value, user_of(context).links.runtime->classes().file_data));
}

bool has_header(const HttpCall& call, std::string_view name) {
  return std::ranges::any_of(call.headers,
                             [&](const auto& header) { return header.first == name; });
}

struct Part {
  std::string name;
  std::string text;
  const FileData* file = nullptr;
};

void write_multipart(const std::vector<Part>& parts, std::uint64_t seed, HttpCall& call) {
  const std::string boundary = fmt::format("{:016x}{:016x}{:016x}", seed,
                                           seed * 0x9e3779b97f4a7c15U, seed ^ 0x2545f4914f6cdd1dU);
  const auto quoted = [](std::string_view text) {
    std::string out;
    for (const char c : text) {
      if (c == '"' || c == '\\') out += '\\';
      out += c == '\r' || c == '\n' ? ' ' : c;
    }
    return out;
  };
  for (const Part& part : parts) {
    call.body += fmt::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"", boundary,
                             quoted(part.name));
    if (part.file != nullptr)
      call.body += fmt::format("; filename=\"{}\"\r\nContent-Type: {}", quoted(part.file->name),
                               part.file->type);
    call.body += "\r\n\r\n";
    call.body += part.file != nullptr ? part.file->content : part.text;
    call.body += "\r\n";
  }
  call.body += fmt::format("--{}--\r\n", boundary);
  call.headers.emplace_back("Content-Type", "multipart/form-data; boundary=" + boundary);
}

bool read_form(JSContext* context, JSValueConst body, HttpCall& call) {
  std::vector<Part> parts;
  bool multipart = false;
  const bool complete = each_member(context, body, [&](JSAtom name, const Value& value) {
    Part part{.name = text_of_atom(context, name)};
    if (FileData* file = file_of(context, value.get())) {
      part.file = file;
      multipart = true;
    } else if (value.given()) {
      const Text text(context, value.get());
      if (!text.ok()) return false;
      part.text = text.view();
      if (JS_IsArray(value.get())) {
        // Every element is a value of that name.
        return each_member(context, value.get(), [&](JSAtom, const Value& element) {
          parts.push_back({.name = part.name, .text = text_of(context, element.get())});
          return true;
        });
      }
    }
    parts.push_back(std::move(part));
    return true;
  });
  if (!complete) return false;
  call.has_body = true;
  if (multipart) {
    UserState& user = user_of(context);
    write_multipart(parts, static_cast<std::uint64_t>(user.wall().time_since_epoch().count()),
                    call);
    return true;
  }
  std::multimap<std::string, std::string> sorted;  // equal names keep their order
  for (Part& part : parts) sorted.emplace(std::move(part.name), std::move(part.text));
  for (const auto& [name, text] : sorted) {
    if (!call.body.empty()) call.body += '&';
    call.body += query_escape(name) + '=' + query_escape(text);
  }
  call.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  return true;
}

JSValue js_file(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  const auto content = count > 0 ? text_or_bytes(context, arguments[0]) : std::string();
  if (!content) return JS_EXCEPTION;
  const auto given = [&](int index) {
    return count > index && JS_IsString(arguments[index]) ? text_of(context, arguments[index])
                                                          : std::string();
  };
  auto file = std::make_unique<FileData>(FileData{*content, given(1), given(2)});
  if (file->name.empty())
    file->name = fmt::format("{}", user_of(context).wall().time_since_epoch().count());
  if (file->type.empty()) file->type = "application/octet-stream";
  const JSValue object = JS_NewObjectClass(
      context, static_cast<int>(user_of(context).links.runtime->classes().file_data));
  JS_DefinePropertyValueStr(context, object, "data", JS_DupValue(context, arguments[0]),
                            JS_PROP_C_W_E);
  JS_DefinePropertyValueStr(context, object, "filename", new_string(context, file->name),
                            JS_PROP_C_W_E);
  JS_DefinePropertyValueStr(context, object, "content_type", new_string(context, file->type),
                            JS_PROP_C_W_E);
  JS_SetOpaque(object, file.release());
  return object;
}

}  // namespace

void register_file_class(JSRuntime* engine, ScriptClasses& classes) {
  static const JSClassDef kClass{.class_name = "FileData",
                                 .finalizer = [](JSRuntime*, JSValueConst value) {
                                   JSClassID id = 0;
                                   delete static_cast<FileData*>(JS_GetAnyOpaque(value, &id));
                                 }};
  JS_NewClassID(engine, &classes.file_data);
  JS_NewClass(engine, classes.file_data, &kClass);
}

JSCFunction* http_file_function() { return js_file; }

bool read_body(JSContext* context, JSValueConst body, HttpCall& call) {
  if (JS_IsUndefined(body) || JS_IsNull(body)) return true;
  call.has_body = true;
  if (const auto bytes = bytes_of(context, body)) {
    call.body = *bytes;
    return true;
  }
  if (JS_IsObject(body) && !JS_IsFunction(context, body)) return read_form(context, body, call);
  const Text text(context, body);
  if (!text.ok()) return false;
  call.body = text.view();
  return true;
}

bool compress_body(JSContext* context, const std::string& codings, HttpCall& call) {
  auto encoded = encode_content(codings, call.body);
  if (!encoded) {
    throw_diagnostic(context, encoded.error());
    return false;
  }
  call.body = std::move(*encoded);
  if (!has_header(call, "Content-Encoding")) call.headers.emplace_back("Content-Encoding", codings);
  return true;
}

}  // namespace crema::load
