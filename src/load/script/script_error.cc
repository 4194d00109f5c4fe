#include "script_error_of.h"
#include "value.h"

#include "crema/base/strings.h"

#include <charconv>

namespace crema::load {
namespace {

// "file:///tmp/a.js:3:14" -> the address and its numbers; false when there are none.
bool split_place(std::string_view text, std::string& address, std::uint32_t& line,
                 std::uint32_t& column) {
  const auto second = text.rfind(':');
  if (second == std::string_view::npos || second == 0) return false;
  const auto first = text.rfind(':', second - 1);
  if (first == std::string_view::npos) return false;
  const auto number = [](std::string_view digits, std::uint32_t& value) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && end == digits.data() + digits.size();
  };
  if (!number(text.substr(first + 1, second - first - 1), line)) return false;
  if (!number(text.substr(second + 1), column)) return false;
  address = std::string(text.substr(0, first));
  return true;
}

// One frame as the engine writes it: "    at f (file:///a.js:1:2)" or "    at file:///a.js:1:2".
std::string_view place_in_frame(std::string_view frame) {
  const auto open = frame.rfind('(');
  if (open != std::string_view::npos && frame.ends_with(')'))
    return frame.substr(open + 1, frame.size() - open - 2);
  return frame.starts_with("at ") ? frame.substr(3) : frame;
}

void read_stack(std::string_view stack, const SourceLookup& sources, ScriptError& error) {
  while (!stack.empty()) {
    const auto end = stack.find('\n');
    auto frame = stack.substr(0, end);
    stack = end == std::string_view::npos ? std::string_view() : stack.substr(end + 1);
    while (frame.starts_with(' ')) frame.remove_prefix(1);
    if (frame.empty()) continue;
    error.stack += "\t";
    error.stack += frame;
    error.stack += "\n";
    std::string address;
    std::uint32_t line = 0, column = 0;
    if (error.place.known() || !split_place(place_in_frame(frame), address, line, column)) continue;
    error.place = Span{.source = sources(address), .line = line, .column = column};
  }
}

}  // namespace

ScriptError error_of_value(JSContext* context, JSValueConst thrown, const SourceLookup& sources) {
  ScriptError error;
  error.message = text_of(context, thrown);
  if (!JS_IsObject(thrown)) return error;
  const Value object = Value::copy_of(context, thrown);
  const Value stack = object.member("stack");
  if (JS_IsError(thrown) && JS_IsString(stack.get()))
    read_stack(text_of(context, stack.get()), sources, error);
  return error;
}

ScriptError take_exception(JSContext* context, const SourceLookup& sources) {
  const Value thrown(context, JS_GetException(context));
  JS_ClearUncatchableError(context, thrown.get());
  return error_of_value(context, thrown.get(), sources);
}

}  // namespace crema::load
