// How the console shows values, as k6 does: { a: 1, b: "x" }, [ 1, 2 ], Uint8Array(2) [ 1, 2 ].
#include "native.h"

#include "crema/formats/json.h"

#include <fmt/format.h>

#include <array>
#include <vector>

namespace crema::load {
namespace {

constexpr int kDeepest = 100;

class Printer {
 public:
  explicit Printer(JSContext* context) : context_(context) {}

  std::string text;

  void print(JSValueConst value) {
    if (JS_IsUndefined(value) || JS_IsNull(value)) {
      text += "null";
    } else if (JS_IsSymbol(value)) {
      print_description(value);
    } else if (JS_IsString(value)) {
      text += formats::json_string(text_of(context_, value));
    } else if (!JS_IsObject(value)) {
      print_plain(value);
    } else {
      print_object(value);
    }
  }

  void print_object(JSValueConst value) {
    if (JS_IsFunction(context_, value)) {
      text += "[object Function]";
      return;
    }
    if (JS_IsError(value)) {
      text += text_of(context_, value);
      return;
    }
    if (JS_IsDate(value)) {
      print_as_json(value);
      return;
    }
    if (print_bytes(value)) return;
    void* identity = JS_VALUE_GET_PTR(value);
    for (const void* outer : outer_)
      if (outer == identity) {
        text += "[Circular]";
        return;
      }
    if (outer_.size() > kDeepest) {
      text += "...";
      return;
    }
    outer_.push_back(identity);
    JS_IsArray(value) ? print_array(value, "") : print_members(value);
    outer_.pop_back();
  }

 private:
  void print_plain(JSValueConst value) { text += text_of(context_, value); }

  void print_description(JSValueConst symbol) {
    const Value object(context_, JS_ToObject(context_, symbol));
    text += formats::json_string(text_of(context_, object.member("description").get()));
  }

  void print_as_json(JSValueConst value) {
    const Value json(context_, JS_JSONStringify(context_, value, JS_UNDEFINED, JS_UNDEFINED));
    if (!json.threw()) text += text_of(context_, json.get());
  }

  bool print_bytes(JSValueConst value) {
    if (JS_IsArrayBuffer(value)) {
      const auto bytes = bytes_of(context_, value).value_or("");
      text += "ArrayBuffer { [Uint8Contents]: <";
      for (std::size_t i = 0; i < bytes.size(); ++i)
        text += fmt::format("{}{:02x}", i == 0 ? "" : " ", static_cast<unsigned char>(bytes[i]));
      text += fmt::format(">, byteLength: {} }}", bytes.size());
      return true;
    }
    const int type = JS_GetTypedArrayType(value);
    if (type < 0) return false;
    const Value object = Value::copy_of(context_, value);
    const Value constructor = object.member("constructor");
    const std::string name = text_of(context_, constructor.member("name").get());
    print_array(value,
                fmt::format("{}({}) ", name, text_of(context_, object.member("length").get())));
    return true;
  }

  void print_array(JSValueConst value, std::string_view prefix) {
    std::int64_t length = 0;
    JS_GetLength(context_, value, &length);
    text += prefix;
    text += length == 0 ? "[" : "[ ";
    for (std::int64_t i = 0; i < length; ++i) {
      if (i > 0) text += ", ";
      const Value item(context_, JS_GetPropertyInt64(context_, value, i));
      print(item.get());
    }
    text += length == 0 ? "]" : " ]";
  }

  void print_members(JSValueConst value) {
    bool first = true;
    each_member(context_, value, [&](JSAtom name, const Value& member) {
      text += fmt::format("{}{}: ", first ? "{ " : ", ", text_of_atom(context_, name));
      print(member.get());
      first = false;
      return true;
    });
    text += first ? "{}" : " }";
  }

  JSContext* context_;
  std::vector<const void*> outer_;
};

}  // namespace

std::string console_text(JSContext* context, JSValueConst value) {
  if (JS_IsSymbol(value)) {
    const Value object(context, JS_ToObject(context, value));
    return text_of(context, object.member("description").get());
  }
  if (!JS_IsObject(value) || JS_IsError(value)) return text_of(context, value);
  Printer printer(context);
  printer.print_object(value);
  return std::move(printer.text);
}

}  // namespace crema::load
