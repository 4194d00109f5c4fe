// Element of k6/html: one node, with what the DOM tells of it. Every member is a function.
#include "html_selection.h"
#include "native.h"
#include "script_classes.h"

#include <algorithm>
#include <array>

namespace crema::load {
namespace {

struct Held {
  std::shared_ptr<const HtmlDocument> document;
  const HtmlNode* node = nullptr;
};

JSClassID element_class(JSContext* context) {
  return user_of(context).links.runtime->classes().html_element;
}

const Held* this_element(JSContext* context, JSValueConst self) {
  return static_cast<const Held*>(JS_GetOpaque2(context, self, element_class(context)));
}

JSValue element_or_nothing(JSContext* context, const Held& held, const HtmlNode* node) {
  return node == nullptr ? JS_UNDEFINED : new_element(context, held.document, *node);
}

JSValue elements(JSContext* context, const Held& held, const HtmlNodes& nodes) {
  const JSValue array = JS_NewArray(context);
  for (std::size_t i = 0; i < nodes.size(); ++i)
    JS_SetPropertyInt64(context, array, static_cast<std::int64_t>(i),
                        new_element(context, held.document, *nodes[i]));
  return array;
}

HtmlNodes element_children(const HtmlNode& node) {
  HtmlNodes children;
  std::ranges::copy_if(node.children, std::back_inserter(children), &HtmlNode::element);
  return children;
}

const HtmlNode* sibling(const HtmlNode& node, int step, bool element) {
  if (node.parent == nullptr) return nullptr;
  const auto& all = node.parent->children;
  for (auto at = static_cast<std::ptrdiff_t>(node.place) + step;
       at >= 0 && at < static_cast<std::ptrdiff_t>(all.size()); at += step) {
    const HtmlNode* each = all[static_cast<std::size_t>(at)];
    if (!element || each->element()) return each;
  }
  return nullptr;
}

const HtmlNode* first_of(const HtmlNodes& nodes) { return nodes.empty() ? nullptr : nodes.front(); }
const HtmlNode* last_of(const HtmlNodes& nodes) { return nodes.empty() ? nullptr : nodes.back(); }

enum Relation : std::int16_t {
  first_child,
  first_element_child,
  last_child,
  last_element_child,
  next_sibling,
  next_element_sibling,
  previous_sibling,
  previous_element_sibling,
  parent_node,
  parent_element,
  owner_document,
  form
};

const HtmlNode* relative(const Held& held, Relation relation) {
  const HtmlNode& node = *held.node;
  switch (relation) {
    case first_child:
      return first_of(node.children);
    case first_element_child:
      return first_of(element_children(node));
    case last_child:
      return last_of(node.children);
    case last_element_child:
      return last_of(element_children(node));
    case next_sibling:
      return sibling(node, 1, false);
    case next_element_sibling:
      return sibling(node, 1, true);
    case previous_sibling:
      return sibling(node, -1, false);
    case previous_element_sibling:
      return sibling(node, -1, true);
    case parent_node:
      return node.parent;
    case parent_element:
      return node.parent != nullptr && node.parent->element() ? node.parent : nullptr;
    case owner_document:
      return &held.document->root();
    case form: {
      const HtmlNode* above = node.parent;
      while (above != nullptr && above->name != "form") above = above->parent;
      return above;
    }
  }
  return nullptr;
}

JSValue js_relative(JSContext* context, JSValueConst self, int, JSValueConst*, int which) {
  const Held* held = this_element(context, self);
  if (held == nullptr) return JS_EXCEPTION;
  return element_or_nothing(context, *held, relative(*held, static_cast<Relation>(which)));
}

// Members that give an attribute as it is written.
constexpr std::array<std::pair<const char*, const char*>, 18> kTexts{
    {{"id", "id"},
     {"className", "class"},
     {"lang", "lang"},
     {"title", "title"},
     {"name", "name"},
     {"type", "type"},
     {"href", "href"},
     {"target", "target"},
     {"src", "src"},
     {"alt", "alt"},
     {"action", "action"},
     {"method", "method"},
     {"rel", "rel"},
     {"media", "media"},
     {"content", "content"},
     {"enctype", "enctype"},
     {"placeholder", "placeholder"},
     {"htmlFor", "for"}}};
// Members that say whether an attribute is there.
constexpr std::array<std::pair<const char*, const char*>, 8> kFlags{{{"checked", "checked"},
                                                                     {"disabled", "disabled"},
                                                                     {"selected", "selected"},
                                                                     {"multiple", "multiple"},
                                                                     {"required", "required"},
                                                                     {"hidden", "hidden"},
                                                                     {"readOnly", "readonly"},
                                                                     {"autofocus", "autofocus"}}};

JSValue js_text(JSContext* context, JSValueConst self, int, JSValueConst*, int which) {
  const Held* held = this_element(context, self);
  if (held == nullptr) return JS_EXCEPTION;
  return new_string(
      context, held->node->attribute(kTexts[static_cast<std::size_t>(which)].second).value_or(""));
}

JSValue js_flag(JSContext* context, JSValueConst self, int, JSValueConst*, int which) {
  const Held* held = this_element(context, self);
  if (held == nullptr) return JS_EXCEPTION;
  return JS_NewBool(
      context, held->node->attribute(kFlags[static_cast<std::size_t>(which)].second).has_value());
}

JSValue attribute_object(JSContext* context, std::string_view name, std::string_view value) {
  const JSValue object = JS_NewObject(context);
  JS_DefinePropertyValueStr(context, object, "name", new_string(context, name), JS_PROP_C_W_E);
  JS_DefinePropertyValueStr(context, object, "value", new_string(context, value), JS_PROP_C_W_E);
  return object;
}

JSValue attributes_object(JSContext* context, const HtmlNode& node) {
  const JSValue object = JS_NewObject(context);
  for (const auto& [name, value] : node.attributes)
    JS_DefinePropertyValueStr(context, object, name.c_str(), attribute_object(context, name, value),
                              JS_PROP_C_W_E);
  return object;
}

JSValue class_list(JSContext* context, const HtmlNode& node) {
  const JSValue array = JS_NewArray(context);
  std::string_view text = node.attribute("class").value_or("");
  for (std::int64_t count = 0;;) {
    const auto begin = text.find_first_not_of(" \t\r\n\f");
    if (begin == std::string_view::npos) return array;
    const auto end = std::min(text.find_first_of(" \t\r\n\f", begin), text.size());
    JS_SetPropertyInt64(context, array, count++,
                        new_string(context, text.substr(begin, end - begin)));
    text.remove_prefix(end);
  }
}

enum Fact : std::int16_t {
  node_name,
  node_type,
  node_value,
  inner,
  text_content,
  value,
  attributes,
  class_names,
  has_attributes,
  has_child_nodes,
  child_nodes,
  children,
  child_element_count,
  as_string
};

JSValue js_fact(JSContext* context, JSValueConst self, int, JSValueConst*, int which) {
  const Held* held = this_element(context, self);
  if (held == nullptr) return JS_EXCEPTION;
  const HtmlNode& node = *held->node;
  const bool has_text = node.type == HtmlType::text || node.type == HtmlType::comment;
  switch (static_cast<Fact>(which)) {
    case node_name:
      return new_string(context, node.name);
    case node_type:
      return JS_NewInt32(context, static_cast<int>(node.type));
    case node_value:
      return has_text ? new_string(context, node.text) : JS_UNDEFINED;
    case inner:
      return new_string(context, inner_html(node));
    case text_content:
      return new_string(context, html_text(node));
    case value:
      return control_value(context, node);
    case attributes:
      return attributes_object(context, node);
    case class_names:
      return class_list(context, node);
    case has_attributes:
      return JS_NewBool(context, !node.attributes.empty());
    case has_child_nodes:
      return JS_NewBool(context, !node.children.empty());
    case child_nodes:
      return elements(context, *held, node.children);
    case children:
      return elements(context, *held, element_children(node));
    case child_element_count:
      return JS_NewInt64(context, static_cast<std::int64_t>(element_children(node).size()));
    case as_string:
      return new_string(context, "[object html.Node]");
  }
  return JS_UNDEFINED;
}

enum Lookup : std::int16_t {
  query_one,
  query_all,
  by_tag,
  by_class,
  matches,
  get_attribute,
  get_attribute_node,
  has_attribute
};

JSValue by_selector(JSContext* context, const Held& held, const std::string& selector,
                    Lookup lookup) {
  const auto found = html_matches(context, *held.document, selector);
  if (!found) return JS_EXCEPTION;
  if (lookup == matches) return JS_NewBool(context, (*found)[held.node->order]);
  HtmlNodes nodes;
  for (std::size_t i = held.node->order + 1; i <= held.node->last; ++i)
    if ((*found)[i]) nodes.push_back(&held.document->nodes()[i]);
  return lookup == query_one ? element_or_nothing(context, held, first_of(nodes))
                             : elements(context, held, nodes);
}

JSValue js_lookup(JSContext* context, JSValueConst self, int count, JSValueConst* arguments,
                  int which) {
  const Held* held = this_element(context, self);
  if (held == nullptr) return JS_EXCEPTION;
  const std::string name = count > 0 ? text_of(context, arguments[0]) : std::string();
  const auto found = held->node->attribute(name);
  switch (static_cast<Lookup>(which)) {
    case get_attribute:
      return found ? new_string(context, *found) : JS_UNDEFINED;
    case get_attribute_node:
      return found ? attribute_object(context, name, *found) : JS_UNDEFINED;
    case has_attribute:
      return JS_NewBool(context, found.has_value());
    case by_class:
      return by_selector(context, *held, "." + name, by_class);
    default:
      return by_selector(context, *held, name, static_cast<Lookup>(which));
  }
}

enum Comparison : std::int16_t { contains, same_node, equal_node };

JSValue js_compare(JSContext* context, JSValueConst self, int count, JSValueConst* arguments,
                   int which) {
  const Held* held = this_element(context, self);
  if (held == nullptr) return JS_EXCEPTION;
  const HtmlNode* other = count > 0 ? element_in(context, arguments[0]) : nullptr;
  if (other == nullptr) return JS_FALSE;
  switch (static_cast<Comparison>(which)) {
    case contains:
      return JS_NewBool(context, held->node->holds(*other));
    case same_node:
      return JS_NewBool(context, held->node == other);
    default:
      return JS_NewBool(context, outer_html(*held->node) == outer_html(*other));
  }
}

constexpr JSCFunctionListEntry kMethods[] = {
    native_function("attributes", 0, js_fact, attributes),
    native_function("childElementCount", 0, js_fact, child_element_count),
    native_function("childNodes", 0, js_fact, child_nodes),
    native_function("children", 0, js_fact, children),
    native_function("classList", 0, js_fact, class_names),
    native_function("contains", 1, js_compare, contains),
    native_function("firstChild", 0, js_relative, first_child),
    native_function("firstElementChild", 0, js_relative, first_element_child),
    native_function("form", 0, js_relative, form),
    native_function("getAttribute", 1, js_lookup, get_attribute),
    native_function("getAttributeNode", 1, js_lookup, get_attribute_node),
    native_function("getElementsByClassName", 1, js_lookup, by_class),
    native_function("getElementsByTagName", 1, js_lookup, by_tag),
    native_function("hasAttribute", 1, js_lookup, has_attribute),
    native_function("hasAttributes", 0, js_fact, has_attributes),
    native_function("hasChildNodes", 0, js_fact, has_child_nodes),
    native_function("innerHTML", 0, js_fact, inner),
    native_function("isEqualNode", 1, js_compare, equal_node),
    native_function("isSameNode", 1, js_compare, same_node),
    native_function("lastChild", 0, js_relative, last_child),
    native_function("lastElementChild", 0, js_relative, last_element_child),
    native_function("matches", 1, js_lookup, matches),
    native_function("nextElementSibling", 0, js_relative, next_element_sibling),
    native_function("nextSibling", 0, js_relative, next_sibling),
    native_function("nodeName", 0, js_fact, node_name),
    native_function("nodeType", 0, js_fact, node_type),
    native_function("nodeValue", 0, js_fact, node_value),
    native_function("ownerDocument", 0, js_relative, owner_document),
    native_function("parentElement", 0, js_relative, parent_element),
    native_function("parentNode", 0, js_relative, parent_node),
    native_function("previousElementSibling", 0, js_relative, previous_element_sibling),
    native_function("previousSibling", 0, js_relative, previous_sibling),
    native_function("querySelector", 1, js_lookup, query_one),
    native_function("querySelectorAll", 1, js_lookup, query_all),
    native_function("textContent", 0, js_fact, text_content),
    native_function("toString", 0, js_fact, as_string),
    native_function("value", 0, js_fact, value),
};

template <std::size_t size>
constexpr auto reflecting(const std::array<std::pair<const char*, const char*>, size>& names,
                          JSValue (*function)(JSContext*, JSValueConst, int, JSValueConst*, int)) {
  std::array<JSCFunctionListEntry, size> entries{};
  for (std::size_t i = 0; i < size; ++i)
    entries[i] = native_function(names[i].first, 0, function, static_cast<std::int16_t>(i));
  return entries;
}
constexpr auto kTextMembers = reflecting(kTexts, js_text);
constexpr auto kFlagMembers = reflecting(kFlags, js_flag);

}  // namespace

void register_element_class(JSRuntime* engine, ScriptClasses& classes) {
  static const JSClassDef kClass{.class_name = "Element",
                                 .finalizer = [](JSRuntime*, JSValueConst value) {
                                   JSClassID id = 0;
                                   delete static_cast<Held*>(JS_GetAnyOpaque(value, &id));
                                 }};
  JS_NewClassID(engine, &classes.html_element);
  JS_NewClass(engine, classes.html_element, &kClass);
}

JSValue new_element(JSContext* context, std::shared_ptr<const HtmlDocument> document,
                    const HtmlNode& node) {
  const JSClassID id = element_class(context);
  Value prototype(context, JS_GetClassProto(context, id));
  if (!prototype.object()) {
    prototype = Value(context, object_of(context, kMethods));
    JS_SetPropertyFunctionList(context, prototype.get(), kTextMembers.data(), kTextMembers.size());
    JS_SetPropertyFunctionList(context, prototype.get(), kFlagMembers.data(), kFlagMembers.size());
    JS_SetClassProto(context, id, JS_DupValue(context, prototype.get()));
  }
  const JSValue object = JS_NewObjectProtoClass(context, prototype.get(), id);
  if (!JS_IsException(object))
    JS_SetOpaque(object, std::make_unique<Held>(Held{std::move(document), &node}).release());
  return object;
}

const HtmlNode* element_in(JSContext* context, JSValueConst value) {
  const auto* held = static_cast<const Held*>(JS_GetOpaque(value, element_class(context)));
  return held == nullptr ? nullptr : held->node;
}

}  // namespace crema::load
