#include "json_path.h"

#include "value.h"

#include <charconv>

namespace crema::load {
namespace {

// The next component of a path; "\." is a dot of the name.
std::string next_component(std::string_view& path) {
  std::string component;
  std::size_t i = 0;
  for (; i < path.size() && path[i] != '.'; ++i) {
    if (path[i] == '\\' && i + 1 < path.size()) ++i;
    component += path[i];
  }
  path.remove_prefix(std::min(i + 1, path.size()));
  return component;
}

JSValue select(JSContext* context, Value value, std::string_view path);

// "#" alone is how many there are; before more it is the rest of the path of every element.
JSValue select_each(JSContext* context, const Value& array, std::string_view rest, bool last) {
  std::int64_t length = 0;
  JS_GetLength(context, array.get(), &length);
  if (last) return JS_NewInt64(context, length);
  const JSValue selected = JS_NewArray(context);
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < length; ++i) {
    const JSValue item =
        select(context, Value(context, JS_GetPropertyInt64(context, array.get(), i)), rest);
    if (!JS_IsUndefined(item)) JS_SetPropertyInt64(context, selected, count++, item);
  }
  return selected;
}

JSValue select(JSContext* context, Value value, std::string_view path) {
  while (!path.empty()) {
    const bool last = path.find('.') == std::string_view::npos;
    const std::string component = next_component(path);
    if (component == "#" && JS_IsArray(value.get())) return select_each(context, value, path, last);
    if (!value.object()) return JS_UNDEFINED;
    value = value.member(component.c_str());
    if (value.threw()) return JS_EXCEPTION;
  }
  return value.release();
}

}  // namespace

JSValue select_json(JSContext* context, const std::string& json, std::string_view path) {
  Value root(context, JS_ParseJSON(context, json.c_str(), json.size(), "<response>"));
  if (root.threw()) return JS_EXCEPTION;
  return select(context, std::move(root), path);
}

}  // namespace crema::load
