// What the controls of HTML forms hold, and data- attributes, as k6 reads them.
#include "html_selection.h"
#include "native.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

namespace crema::load {
namespace {

constexpr std::array<std::string_view, 7> kUnsent{"button", "checkbox", "file",  "image",
                                                  "radio",  "reset",    "submit"};

template <class Each>
void each_inside(const HtmlNode& top, Each&& each) {
  HtmlNodes open{&top};
  while (!open.empty()) {
    const HtmlNode* node = open.back();
    open.pop_back();
    each(*node);
    open.insert(open.end(), node->children.rbegin(), node->children.rend());
  }
}

std::string option_value(const HtmlNode& option) {
  const auto value = option.attribute("value");
  return value ? std::string(*value) : html_text(option);
}

std::vector<std::string> selected_values(const HtmlNode& select) {
  std::vector<std::string> values;
  each_inside(select, [&](const HtmlNode& node) {
    if (node.name == "option" && node.attribute("selected")) values.push_back(option_value(node));
  });
  return values;
}

struct Control {
  std::string name;
  std::vector<std::string> values;
  bool many = false;  // a list even where it has one value
};

// The controls in the nodes whose data a form sends: k6 leaves out boxes and buttons, checked or
// not.
std::vector<Control> controls_of(const HtmlNodes& nodes) {
  std::vector<Control> controls;
  for (const HtmlNode* top : nodes)
    each_inside(*top, [&](const HtmlNode& node) {
      if (node.name != "input" && node.name != "select" && node.name != "textarea") return;
      const auto name = node.attribute("name");
      if (!name) return;
      if (node.name == "input" &&
          std::ranges::find(kUnsent, node.attribute("type").value_or("")) != kUnsent.end())
        return;
      Control control{.name = std::string(*name)};
      if (node.name == "select") {
        control.values = selected_values(node);
        control.many = node.attribute("multiple").has_value();
        if (!control.many) control.values.resize(1);
      } else if (node.name == "textarea") {
        control.values.push_back(html_text(node));
      } else {
        control.values.emplace_back(node.attribute("value").value_or(""));
      }
      controls.push_back(std::move(control));
    });
  return controls;
}

JSValue strings(JSContext* context, const std::vector<std::string>& texts) {
  const JSValue array = JS_NewArray(context);
  for (std::size_t i = 0; i < texts.size(); ++i)
    JS_SetPropertyInt64(context, array, static_cast<std::int64_t>(i),
                        new_string(context, texts[i]));
  return array;
}

JSValue value_of(JSContext* context, const Control& control) {
  return control.many ? strings(context, control.values)
                      : new_string(context, control.values.front());
}

void put(JSContext* context, JSValueConst object, const std::string& name, JSValue value) {
  JS_DefinePropertyValueStr(context, object, name.c_str(), value, JS_PROP_C_W_E);
}

std::string form_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain)
      out += c;
    else
      out += c == ' ' ? std::string("+") : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

// As jQuery reads them: words, whole numbers and JSON become values, "1.50" and "007" stay texts.
JSValue data_value(JSContext* context, std::string_view text) {
  if (text == "true") return JS_TRUE;
  if (text == "false") return JS_FALSE;
  if (text == "null") return JS_NULL;
  if (text == "undefined") return JS_UNDEFINED;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && fmt::format("{}", number) == text)
    return JS_NewFloat64(context, number);
  if (text.starts_with('{') || text.starts_with('[')) {
    const std::string json(text);
    const JSValue value = JS_ParseJSON(context, json.c_str(), json.size(), "<data>");
    if (!JS_IsException(value)) return value;
    JS_FreeValue(context, JS_GetException(context));
  }
  return new_string(context, text);
}

// "user-id" -> "userId".
std::string camel_case(std::string_view name) {
  std::string out;
  bool upper = false;
  for (const char c : name) {
    if (c == '-') {
      upper = true;
      continue;
    }
    out += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = false;
  }
  return out;
}

}  // namespace

JSValue control_value(JSContext* context, const HtmlNode& node) {
  const auto value = node.attribute("value");
  if (node.name == "textarea") return new_string(context, html_text(node));
  if (node.name == "option") return new_string(context, option_value(node));
  if (node.name == "button") return new_string(context, value.value_or(""));
  if (node.name == "input") {
    const auto type = node.attribute("type").value_or("");
    const bool box = type == "checkbox" || type == "radio";
    return new_string(context, value.value_or(box ? "on" : ""));
  }
  if (node.name != "select") return JS_UNDEFINED;
  auto values = selected_values(node);
  if (node.attribute("multiple")) return strings(context, values);
  return new_string(context, values.empty() ? std::string() : values.front());
}

JSValue serialized_object(JSContext* context, const HtmlNodes& nodes) {
  const JSValue object = JS_NewObject(context);
  for (const Control& control : controls_of(nodes))
    put(context, object, control.name, value_of(context, control));
  return object;
}

JSValue serialized_array(JSContext* context, const HtmlNodes& nodes) {
  const JSValue array = JS_NewArray(context);
  std::int64_t count = 0;
  for (const Control& control : controls_of(nodes)) {
    const JSValue entry = JS_NewObject(context);
    put(context, entry, "name", new_string(context, control.name));
    put(context, entry, "value", value_of(context, control));
    JS_SetPropertyInt64(context, array, count++, entry);
  }
  return array;
}

std::string serialized_text(const HtmlNodes& nodes) {
  std::map<std::string, std::vector<std::string>> by_name;  // the last of a name counts
  for (Control& control : controls_of(nodes)) by_name[control.name] = std::move(control.values);
  std::string text;
  for (const auto& [name, values] : by_name)
    for (const auto& value : values)
      text +=
          fmt::format("{}{}={}", text.empty() ? "" : "&", form_encoded(name), form_encoded(value));
  return text;
}

JSValue data_of(JSContext* context, const HtmlNode& node, const std::string& name) {
  for (const auto& [attribute, value] : node.attributes) {
    if (!attribute.starts_with("data-")) continue;
    const std::string_view rest = std::string_view(attribute).substr(5);
    if (rest == name || camel_case(rest) == name) return data_value(context, value);
  }
  return JS_UNDEFINED;
}

JSValue all_data_of(JSContext* context, const HtmlNode& node) {
  const JSValue object = JS_NewObject(context);
  for (const auto& [attribute, value] : node.attributes)
    if (attribute.starts_with("data-"))
      put(context, object, camel_case(std::string_view(attribute).substr(5)),
          data_value(context, value));
  return object;
}

}  // namespace crema::load
