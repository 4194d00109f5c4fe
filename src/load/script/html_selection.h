// Sets of nodes of a document, as k6/html gives them to scripts: Selection and Element.
#pragma once

#include "html_document.h"
#include "html_selector.h"
#include "value.h"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::load {

using HtmlNodes = std::vector<const HtmlNode*>;

struct HtmlSelection {
  std::shared_ptr<const HtmlDocument> document;
  HtmlNodes nodes;
  std::shared_ptr<const HtmlSelection> before;  // what end() goes back to
  int depth = 0;                                // how many are before it
  std::string address;                          // of the response it came in
};
using HtmlSelectionPtr = std::shared_ptr<const HtmlSelection>;

// Which nodes of its document the selector matches. A text that is no selector matches none, as in
// k6; one with a part that is not supported throws: none with an exception then.
std::optional<std::vector<bool>> html_matches(JSContext* context, const HtmlDocument& document,
                                              const std::string& selector);

// The selection that a method was called on; null with an exception.
HtmlSelectionPtr this_selection(JSContext* context, JSValueConst self);
// Which nodes an argument means: those a selector matches, a selection's, an element. None with an
// exception for anything else.
std::optional<std::vector<bool>> html_argument(JSContext* context, const HtmlSelection& selection,
                                               int index, int count, JSValueConst* arguments);
// The methods of Selection that lead to other nodes.
std::span<const JSCFunctionListEntry> html_traversal();

JSValue new_selection(JSContext* context, HtmlSelectionPtr selection);
// A selection of these nodes, reached from `from`.
JSValue selection_of(JSContext* context, const HtmlSelectionPtr& from, HtmlNodes nodes);
// The selection of a value, or null (no exception).
HtmlSelectionPtr selection_in(JSContext* context, JSValueConst value);
// The document of an HTML text. An exception where it cannot be parsed.
JSValue new_document(JSContext* context, std::string_view html, std::string address);

JSValue new_element(JSContext* context, std::shared_ptr<const HtmlDocument> document,
                    const HtmlNode& node);
// The node of an element, or null (no exception).
const HtmlNode* element_in(JSContext* context, JSValueConst value);

// The value of a form control as JavaScript has it; undefined for what has none.
JSValue control_value(JSContext* context, const HtmlNode& node);
// The data of the controls in these nodes: {name: value}.
JSValue serialized_object(JSContext* context, const HtmlNodes& nodes);
JSValue serialized_array(JSContext* context, const HtmlNodes& nodes);
std::string serialized_text(const HtmlNodes& nodes);

// data-* attributes: the one of that name, or all of them in an object.
JSValue data_of(JSContext* context, const HtmlNode& node, const std::string& name);
JSValue all_data_of(JSContext* context, const HtmlNode& node);

}  // namespace crema::load
