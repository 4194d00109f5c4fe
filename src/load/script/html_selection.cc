// Selection of k6/html: what jQuery has to look through a document.
#include "html_selection.h"

#include "native.h"
#include "script_classes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::load {
namespace {

using Matches = std::vector<bool>;

constexpr int kLongestChain = 100;

bool given(int index, int count, JSValueConst* arguments) {
  return index < count && !JS_IsUndefined(arguments[index]) && !JS_IsNull(arguments[index]);
}

JSClassID selection_class(JSContext* context) {
  return user_of(context).links.runtime->classes().html_selection;
}

// Which of the selection's nodes an argument means: a function is asked for each. None with an
// exception.
std::optional<Matches> chosen(JSContext* context, const HtmlSelectionPtr& selection, int count,
                              JSValueConst* arguments) {
  if (count == 0 || !JS_IsFunction(context, arguments[0]))
    return html_argument(context, *selection, 0, count, arguments);
  Matches matches(selection->document->nodes().size());
  for (std::size_t i = 0; i < selection->nodes.size(); ++i) {
    const Value index(context, JS_NewInt64(context, static_cast<std::int64_t>(i)));
    const Value item(context, selection_of(context, selection, {selection->nodes[i]}));
    JSValueConst each[] = {index.get(), item.get()};
    const Value verdict(context, JS_Call(context, arguments[0], JS_UNDEFINED, 2, each));
    if (verdict.threw()) return std::nullopt;
    matches[selection->nodes[i]->order] = JS_ToBool(context, verdict.get()) == 1;
  }
  return matches;
}

enum Choice : std::int16_t { choice_filter, choice_not, choice_is, choice_has };

JSValue js_choose(JSContext* context, JSValueConst self, int count, JSValueConst* arguments,
                  int which) {
  const HtmlSelectionPtr selection = this_selection(context, self);
  if (selection == nullptr) return JS_EXCEPTION;
  const auto matches = which == choice_has ? html_argument(context, *selection, 0, count, arguments)
                                           : chosen(context, selection, count, arguments);
  if (!matches) return JS_EXCEPTION;
  HtmlNodes nodes;
  for (const HtmlNode* node : selection->nodes) {
    bool holds = (*matches)[node->order];
    if (which == choice_has) {
      const auto begin = matches->begin() + static_cast<std::ptrdiff_t>(node->order);
      const auto end = matches->begin() + static_cast<std::ptrdiff_t>(node->last);
      holds = std::find(begin + 1, end + 1, true) != end + 1;
    }
    if (holds != (which == choice_not)) nodes.push_back(node);
  }
  if (which == choice_is) return JS_NewBool(context, !nodes.empty());
  return selection_of(context, selection, std::move(nodes));
}

JSValue js_each(JSContext* context, JSValueConst self, int count, JSValueConst* arguments,
                int maps) {
  const HtmlSelectionPtr selection = this_selection(context, self);
  if (selection == nullptr) return JS_EXCEPTION;
  if (count == 0 || !JS_IsFunction(context, arguments[0]))
    return JS_ThrowTypeError(context, "the argument to %s() must be a function",
                             maps != 0 ? "map" : "each");
  Value results(context, maps != 0 ? JS_NewArray(context) : JS_DupValue(context, self));
  for (std::size_t i = 0; i < selection->nodes.size(); ++i) {
    const auto at = static_cast<std::int64_t>(i);
    const Value index(context, JS_NewInt64(context, at));
    const Value item(context,
                     maps != 0 ? selection_of(context, selection, {selection->nodes[i]})
                               : new_element(context, selection->document, *selection->nodes[i]));
    JSValueConst each[] = {index.get(), item.get()};
    Value result(context, JS_Call(context, arguments[0], JS_UNDEFINED, 2, each));
    if (result.threw()) return JS_EXCEPTION;
    if (maps != 0) JS_SetPropertyInt64(context, results.get(), at, result.release());
  }
  return results.release();
}

// The place that a number names, counted from the end where it is negative.
std::ptrdiff_t place_of(JSContext* context, JSValueConst value, std::size_t size) {
  std::int64_t at = 0;
  if (JS_ToInt64(context, &at, value) < 0) JS_FreeValue(context, JS_GetException(context));
  return static_cast<std::ptrdiff_t>(at < 0 ? at + static_cast<std::int64_t>(size) : at);
}

HtmlNodes part_of(const HtmlNodes& nodes, std::ptrdiff_t begin, std::ptrdiff_t end) {
  const auto size = static_cast<std::ptrdiff_t>(nodes.size());
  begin = std::clamp<std::ptrdiff_t>(begin, 0, size);
  end = std::clamp<std::ptrdiff_t>(end, begin, size);
  return {nodes.begin() + begin, nodes.begin() + end};
}

enum Part : std::int16_t { part_first, part_last, part_eq, part_slice };

JSValue js_part(JSContext* context, JSValueConst self, int count, JSValueConst* arguments,
                int which) {
  const HtmlSelectionPtr selection = this_selection(context, self);
  if (selection == nullptr) return JS_EXCEPTION;
  const auto size = static_cast<std::ptrdiff_t>(selection->nodes.size());
  std::ptrdiff_t begin = which == part_last ? size - 1 : 0;
  if (count > 0 && which >= part_eq)
    begin = place_of(context, arguments[0], selection->nodes.size());
  std::ptrdiff_t end = begin + 1;
  if (which == part_eq && begin < 0) end = begin;
  if (which == part_slice)
    end = given(1, count, arguments) ? place_of(context, arguments[1], selection->nodes.size())
                                     : size;
  return selection_of(context, selection, part_of(selection->nodes, begin, end));
}

JSValue js_get(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  const HtmlSelectionPtr selection = this_selection(context, self);
  if (selection == nullptr) return JS_EXCEPTION;
  if (given(0, count, arguments)) {
    const auto at = place_of(context, arguments[0], selection->nodes.size());
    if (at < 0 || at >= static_cast<std::ptrdiff_t>(selection->nodes.size())) return JS_UNDEFINED;
    return new_element(context, selection->document,
                       *selection->nodes[static_cast<std::size_t>(at)]);
  }
  const JSValue array = JS_NewArray(context);
  for (std::size_t i = 0; i < selection->nodes.size(); ++i)
    JS_SetPropertyInt64(context, array, static_cast<std::int64_t>(i),
                        new_element(context, selection->document, *selection->nodes[i]));
  return array;
}

JSValue js_to_array(JSContext* context, JSValueConst self, int, JSValueConst*) {
  const HtmlSelectionPtr selection = this_selection(context, self);
  if (selection == nullptr) return JS_EXCEPTION;
  const JSValue array = JS_NewArray(context);
  for (std::size_t i = 0; i < selection->nodes.size(); ++i)
    JS_SetPropertyInt64(context, array, static_cast<std::int64_t>(i),
                        selection_of(context, selection, {selection->nodes[i]}));
  return array;
}

JSValue js_end(JSContext* context, JSValueConst self, int, JSValueConst*) {
  const HtmlSelectionPtr selection = this_selection(context, self);
  if (selection == nullptr) return JS_EXCEPTION;
  if (selection->before == nullptr) return selection_of(context, selection, {});
  return new_selection(context, selection->before);
}

JSValue js_attr(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  const HtmlSelectionPtr selection = this_selection(context, self);
  if (selection == nullptr) return JS_EXCEPTION;
  const std::string name = count > 0 ? text_of(context, arguments[0]) : std::string();
  const auto value = selection->nodes.empty() ? std::nullopt : selection->nodes[0]->attribute(name);
  if (value) return new_string(context, *value);
  return count > 1 ? JS_DupValue(context, arguments[1]) : JS_UNDEFINED;
}

JSValue js_data(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  const HtmlSelectionPtr selection = this_selection(context, self);
  if (selection == nullptr) return JS_EXCEPTION;
  if (selection->nodes.empty()) return JS_UNDEFINED;
  return given(0, count, arguments)
             ? data_of(context, *selection->nodes[0], text_of(context, arguments[0]))
             : all_data_of(context, *selection->nodes[0]);
}

enum Reading : std::int16_t {
  reading_text,
  reading_html,
  reading_value,
  reading_size,
  reading_serialize,
  reading_array,
  reading_object
};

JSValue js_read(JSContext* context, JSValueConst self, int, JSValueConst*, int which) {
  const HtmlSelectionPtr selection = this_selection(context, self);
  if (selection == nullptr) return JS_EXCEPTION;
  const auto& nodes = selection->nodes;
  switch (static_cast<Reading>(which)) {
    case reading_text: {
      std::string text;
      for (const HtmlNode* node : nodes) text += html_text(*node);
      return new_string(context, text);
    }
    case reading_html:
      return new_string(context, nodes.empty() ? std::string() : inner_html(*nodes[0]));
    case reading_value:
      return nodes.empty() ? JS_UNDEFINED : control_value(context, *nodes[0]);
    case reading_size:
      return JS_NewInt64(context, static_cast<std::int64_t>(nodes.size()));
    case reading_serialize:
      return new_string(context, serialized_text(nodes));
    case reading_array:
      return serialized_array(context, nodes);
    default:
      return serialized_object(context, nodes);
  }
}

constexpr JSCFunctionListEntry kMethods[] = {
    native_function("attr", 2, js_attr),
    native_function("data", 1, js_data),
    native_function("each", 1, js_each, 0),
    native_function("end", 0, js_end),
    native_function("eq", 1, js_part, part_eq),
    native_function("filter", 1, js_choose, choice_filter),
    native_function("first", 0, js_part, part_first),
    native_function("get", 1, js_get),
    native_function("has", 1, js_choose, choice_has),
    native_function("html", 0, js_read, reading_html),
    native_function("is", 1, js_choose, choice_is),
    native_function("last", 0, js_part, part_last),
    native_function("map", 1, js_each, 1),
    native_function("not", 1, js_choose, choice_not),
    native_function("serialize", 0, js_read, reading_serialize),
    native_function("serializeArray", 0, js_read, reading_array),
    native_function("serializeObject", 0, js_read, reading_object),
    native_function("size", 0, js_read, reading_size),
    native_function("slice", 2, js_part, part_slice),
    native_function("text", 0, js_read, reading_text),
    native_function("toArray", 0, js_to_array),
    native_function("val", 0, js_read, reading_value),
};

}  // namespace

HtmlSelectionPtr this_selection(JSContext* context, JSValueConst self) {
  const auto* kept =
      static_cast<HtmlSelectionPtr*>(JS_GetOpaque2(context, self, selection_class(context)));
  return kept == nullptr ? nullptr : *kept;
}

std::optional<Matches> html_argument(JSContext* context, const HtmlSelection& selection, int index,
                                     int count, JSValueConst* arguments) {
  const JSValueConst value = index < count ? arguments[index] : JS_UNDEFINED;
  if (JS_IsString(value))
    return html_matches(context, *selection.document, text_of(context, value));
  Matches matches(selection.document->nodes().size());
  const HtmlSelectionPtr other = selection_in(context, value);
  const HtmlNode* element = element_in(context, value);
  if (other == nullptr && element == nullptr) {
    JS_ThrowTypeError(context, "invalid argument, it cannot be used as a selector");
    return std::nullopt;
  }
  const auto mark = [&](const HtmlNode* node) {
    if (node->order < matches.size() && &selection.document->nodes()[node->order] == node)
      matches[node->order] = true;
  };
  if (element != nullptr) mark(element);
  if (other != nullptr) std::ranges::for_each(other->nodes, mark);
  return matches;
}

std::optional<std::vector<bool>> html_matches(JSContext* context, const HtmlDocument& document,
                                              const std::string& text) {
  const auto selector = parse_html_selector(text);
  if (selector) return match_html(document, *selector);
  if (selector.error().message.find("not supported") != std::string::npos) {
    throw_diagnostic(context, selector.error());
    return std::nullopt;
  }
  return Matches(document.nodes().size());
}

void register_selection_class(JSRuntime* engine, ScriptClasses& classes) {
  static const JSClassDef kClass{
      .class_name = "Selection", .finalizer = [](JSRuntime*, JSValueConst value) {
        JSClassID id = 0;
        delete static_cast<HtmlSelectionPtr*>(JS_GetAnyOpaque(value, &id));
      }};
  JS_NewClassID(engine, &classes.html_selection);
  JS_NewClass(engine, classes.html_selection, &kClass);
}

JSValue new_selection(JSContext* context, HtmlSelectionPtr selection) {
  const JSClassID id = selection_class(context);
  Value prototype(context, JS_GetClassProto(context, id));
  if (!prototype.object()) {
    prototype = Value(context, object_of(context, kMethods));
    const auto traversal = html_traversal();
    JS_SetPropertyFunctionList(context, prototype.get(), traversal.data(),
                               static_cast<int>(traversal.size()));
    JS_SetClassProto(context, id, JS_DupValue(context, prototype.get()));
  }
  const JSValue object = JS_NewObjectProtoClass(context, prototype.get(), id);
  if (!JS_IsException(object))
    JS_SetOpaque(object, std::make_unique<HtmlSelectionPtr>(std::move(selection)).release());
  return object;
}

JSValue selection_of(JSContext* context, const HtmlSelectionPtr& from, HtmlNodes nodes) {
  auto selection = std::make_shared<HtmlSelection>();
  selection->document = from->document;
  selection->nodes = std::move(nodes);
  // Each holds the one before it: a loop over next() must not make a chain without end.
  if (from->depth < kLongestChain) {
    selection->before = from;
    selection->depth = from->depth + 1;
  }
  selection->address = from->address;
  return new_selection(context, std::move(selection));
}

HtmlSelectionPtr selection_in(JSContext* context, JSValueConst value) {
  const auto* kept = static_cast<HtmlSelectionPtr*>(JS_GetOpaque(value, selection_class(context)));
  return kept == nullptr ? nullptr : *kept;
}

JSValue new_document(JSContext* context, std::string_view html, std::string address) {
  auto document = HtmlDocument::parse(html);
  if (!document) return throw_diagnostic(context, document.error());
  auto selection = std::make_shared<HtmlSelection>();
  selection->nodes = {&(*document)->root()};
  selection->document = std::move(*document);
  selection->address = std::move(address);
  return new_selection(context, std::move(selection));
}

}  // namespace crema::load
