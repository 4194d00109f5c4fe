// JavaScript values owned by C++: what is held here is given back when it goes out of scope.
#pragma once

#include "quickjs_fibers.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace crema::load {

// A value with its reference. Its context must outlive it.
class Value {
 public:
  Value() = default;
  // Takes over the reference that `value` holds.
  Value(JSContext* context, JSValue value) : context_(context), value_(value) {}
  static Value copy_of(JSContext* context, JSValueConst value) {
    return {context, JS_DupValue(context, value)};
  }
  ~Value() { reset(); }
  Value(Value&& other) noexcept
      : context_(other.context_), value_(std::exchange(other.value_, JS_UNDEFINED)) {}
  Value& operator=(Value&& other) noexcept {
    if (this != &other) {
      reset();
      context_ = other.context_;
      value_ = std::exchange(other.value_, JS_UNDEFINED);
    }
    return *this;
  }
  Value(const Value&) = delete;
  Value& operator=(const Value&) = delete;

  JSValueConst get() const { return value_; }
  // Gives the reference away.
  JSValue release() { return std::exchange(value_, JS_UNDEFINED); }
  JSContext* context() const { return context_; }
  bool threw() const { return JS_IsException(value_); }
  bool undefined() const { return JS_IsUndefined(value_); }
  // Neither null nor undefined.
  bool given() const { return !JS_IsUndefined(value_) && !JS_IsNull(value_); }
  bool object() const { return JS_IsObject(value_); }
  Value member(const char* name) const {
    return {context_, JS_GetPropertyStr(context_, value_, name)};
  }

 private:
  void reset() {
    if (context_ != nullptr) JS_FreeValue(context_, std::exchange(value_, JS_UNDEFINED));
  }

  JSContext* context_ = nullptr;
  JSValue value_ = JS_UNDEFINED;
};

// The UTF-8 of a value turned into a string, as String(value) does; `ok()` is false when that
// threw.
class Text {
 public:
  Text(JSContext* context, JSValueConst value)
      : context_(context), data_(JS_ToCStringLen(context, &size_, value)) {}
  ~Text() {
    if (data_ != nullptr) JS_FreeCString(context_, data_);
  }
  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;

  bool ok() const { return data_ != nullptr; }
  std::string_view view() const { return {data_, size_}; }
  std::string string() const { return std::string(view()); }

 private:
  JSContext* context_;
  std::size_t size_ = 0;
  const char* data_;
};

// The string of a value; "" where turning it into one threw (the exception is dropped).
std::string text_of(JSContext* context, JSValueConst value);
// Bytes that may be no UTF-8: what is none becomes U+FFFD.
JSValue new_string(JSContext* context, std::string_view text);
// The bytes of an ArrayBuffer or a view of one; none for other values.
std::optional<std::string_view> bytes_of(JSContext* context, JSValueConst value);
// A string's UTF-8, or the bytes of a buffer: what functions take that accept both. None when the
// conversion threw.
std::optional<std::string> text_or_bytes(JSContext* context, JSValueConst value);
// Own enumerable members with string keys, in their order. Stops when `each` returns false or a
// getter throws; returns false then.
template <class Each>
bool each_member(JSContext* context, JSValueConst object, Each&& each) {
  JSPropertyEnum* names = nullptr;
  std::uint32_t count = 0;
  if (JS_GetOwnPropertyNames(context, &names, &count, object,
                             JS_GPN_STRING_MASK | JS_GPN_ENUM_ONLY) < 0)
    return false;
  bool complete = true;
  for (std::uint32_t i = 0; i < count && complete; ++i) {
    Value value(context, JS_GetProperty(context, object, names[i].atom));
    complete = !value.threw() && each(names[i].atom, value);
  }
  JS_FreePropertyEnum(context, names, count);
  return complete;
}
// The text of an atom.
std::string text_of_atom(JSContext* context, JSAtom atom);

}  // namespace crema::load
