// The methods of Selection that go from its nodes to others: up, down and beside them.
#include "html_selection.h"
#include "native.h"

#include <algorithm>

namespace crema::load {
namespace {

using Matches = std::vector<bool>;

bool given(int index, int count, JSValueConst* arguments) {
  return index < count && !JS_IsUndefined(arguments[index]) && !JS_IsNull(arguments[index]);
}

void add_once(HtmlNodes& nodes, std::vector<bool>& there, const HtmlNode* node) {
  if (there[node->order]) return;
  there[node->order] = true;
  nodes.push_back(node);
}

enum Axis : std::int16_t {
  axis_children,
  axis_contents,
  axis_parent,
  axis_parents,
  axis_next,
  axis_next_all,
  axis_prev,
  axis_prev_all,
  axis_siblings,
  axis_parents_until,
  axis_next_until,
  axis_prev_until
};

const HtmlNode* beside(const HtmlNode& node, int step) {
  if (node.parent == nullptr) return nullptr;
  const auto& all = node.parent->children;
  for (auto at = static_cast<std::ptrdiff_t>(node.place) + step;
       at >= 0 && at < static_cast<std::ptrdiff_t>(all.size()); at += step)
    if (all[static_cast<std::size_t>(at)]->element()) return all[static_cast<std::size_t>(at)];
  return nullptr;
}

const HtmlNode* parent_element(const HtmlNode& node) {
  return node.parent != nullptr && node.parent->element() ? node.parent : nullptr;
}

// Calls `each` for the nodes along the axis; it returns false to stop there.
template <class Each>
void along(const HtmlNode& node, Axis axis, Each&& each) {
  const auto walk = [&](auto&& next) {
    for (const HtmlNode* now = next(node); now != nullptr && each(now);) now = next(*now);
  };
  switch (axis) {
    case axis_children:
    case axis_contents:
      for (const HtmlNode* child : node.children)
        if (axis == axis_contents || child->element()) each(child);
      return;
    case axis_siblings:
      if (node.parent == nullptr) return;
      for (const HtmlNode* child : node.parent->children)
        if (child != &node && child->element()) each(child);
      return;
    case axis_parent:
      if (const HtmlNode* parent = parent_element(node)) each(parent);
      return;
    case axis_next:
      if (const HtmlNode* next = beside(node, 1)) each(next);
      return;
    case axis_prev:
      if (const HtmlNode* before = beside(node, -1)) each(before);
      return;
    case axis_parents:
    case axis_parents_until:
      return walk(parent_element);
    case axis_next_all:
    case axis_next_until:
      return walk([](const HtmlNode& now) { return beside(now, 1); });
    case axis_prev_all:
    case axis_prev_until:
      return walk([](const HtmlNode& now) { return beside(now, -1); });
  }
}

// children(selector), parentsUntil(stop, selector) and their like.
JSValue js_along(JSContext* context, JSValueConst self, int count, JSValueConst* arguments,
                 int which) {
  const HtmlSelectionPtr selection = this_selection(context, self);
  if (selection == nullptr) return JS_EXCEPTION;
  const auto axis = static_cast<Axis>(which);
  const bool until = axis >= axis_parents_until;
  std::optional<Matches> stop, wanted;
  if (until && given(0, count, arguments)) {
    stop = html_argument(context, *selection, 0, count, arguments);
    if (!stop) return JS_EXCEPTION;
  }
  if (given(until ? 1 : 0, count, arguments)) {
    wanted = html_argument(context, *selection, until ? 1 : 0, count, arguments);
    if (!wanted) return JS_EXCEPTION;
  }
  HtmlNodes nodes;
  std::vector<bool> there(selection->document->nodes().size());
  for (const HtmlNode* node : selection->nodes)
    along(*node, axis, [&](const HtmlNode* each) {
      if (stop && (*stop)[each->order]) return false;
      if (!wanted || (*wanted)[each->order]) add_once(nodes, there, each);
      return true;
    });
  return selection_of(context, selection, std::move(nodes));
}

JSValue js_find(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  const HtmlSelectionPtr selection = this_selection(context, self);
  if (selection == nullptr) return JS_EXCEPTION;
  const auto matches = html_argument(context, *selection, 0, count, arguments);
  if (!matches) return JS_EXCEPTION;
  HtmlNodes nodes;
  std::vector<bool> there(matches->size());
  for (const HtmlNode* top : selection->nodes)
    for (std::size_t i = top->order + 1; i <= top->last; ++i)
      if ((*matches)[i]) add_once(nodes, there, &selection->document->nodes()[i]);
  return selection_of(context, selection, std::move(nodes));
}

JSValue js_closest(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  const HtmlSelectionPtr selection = this_selection(context, self);
  if (selection == nullptr) return JS_EXCEPTION;
  const auto matches = html_argument(context, *selection, 0, count, arguments);
  if (!matches) return JS_EXCEPTION;
  HtmlNodes nodes;
  std::vector<bool> there(matches->size());
  for (const HtmlNode* node : selection->nodes) {
    while (node != nullptr && !(*matches)[node->order]) node = node->parent;
    if (node != nullptr) add_once(nodes, there, node);
  }
  return selection_of(context, selection, std::move(nodes));
}

// index(): among its siblings; index(selector): in what the selector matches; index(selection).
JSValue js_index(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  const HtmlSelectionPtr selection = this_selection(context, self);
  if (selection == nullptr) return JS_EXCEPTION;
  const auto& nodes = selection->nodes;
  if (nodes.empty()) return JS_NewInt32(context, -1);
  if (!given(0, count, arguments)) {
    int place = 0;
    for (const HtmlNode* before = beside(*nodes[0], -1); before != nullptr;
         before = beside(*before, -1))
      ++place;
    return JS_NewInt32(context, place);
  }
  const auto matches = html_argument(context, *selection, 0, count, arguments);
  if (!matches) return JS_EXCEPTION;
  if (JS_IsString(arguments[0])) {
    if (!(*matches)[nodes[0]->order]) return JS_NewInt32(context, -1);
    const auto end = matches->begin() + static_cast<std::ptrdiff_t>(nodes[0]->order);
    return JS_NewInt64(context, std::count(matches->begin(), end, true));
  }
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if ((*matches)[nodes[i]->order]) return JS_NewInt64(context, static_cast<std::int64_t>(i));
  return JS_NewInt32(context, -1);
}

JSValue js_add(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  const HtmlSelectionPtr selection = this_selection(context, self);
  if (selection == nullptr) return JS_EXCEPTION;
  const auto matches = html_argument(context, *selection, 0, count, arguments);
  if (!matches) return JS_EXCEPTION;
  HtmlNodes nodes = selection->nodes;
  std::vector<bool> there(matches->size());
  for (const HtmlNode* node : nodes) there[node->order] = true;
  for (const HtmlNode& node : selection->document->nodes())
    if ((*matches)[node.order]) add_once(nodes, there, &node);
  return selection_of(context, selection, std::move(nodes));
}

constexpr JSCFunctionListEntry kMethods[] = {
    native_function("add", 1, js_add),
    native_function("children", 1, js_along, axis_children),
    native_function("closest", 1, js_closest),
    native_function("contents", 0, js_along, axis_contents),
    native_function("find", 1, js_find),
    native_function("index", 1, js_index),
    native_function("next", 1, js_along, axis_next),
    native_function("nextAll", 1, js_along, axis_next_all),
    native_function("nextUntil", 2, js_along, axis_next_until),
    native_function("parent", 1, js_along, axis_parent),
    native_function("parents", 1, js_along, axis_parents),
    native_function("parentsUntil", 2, js_along, axis_parents_until),
    native_function("prev", 1, js_along, axis_prev),
    native_function("prevAll", 1, js_along, axis_prev_all),
    native_function("prevUntil", 2, js_along, axis_prev_until),
    native_function("siblings", 1, js_along, axis_siblings),
};

}  // namespace

std::span<const JSCFunctionListEntry> html_traversal() { return kMethods; }

}  // namespace crema::load
