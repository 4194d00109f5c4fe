// CSS selectors over an HtmlDocument: those of cascadia, which k6 uses.
#pragma once

#include "html_document.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace crema::load {

struct HtmlSelector;

// One simple condition of a selector: .class, [name=value], :pseudo.
struct HtmlCondition {
  enum class Kind : std::uint8_t {
    tag,
    id,
    klass,
    attribute,
    nth,
    only,
    negation,
    has,
    has_child,
    contains,
    contains_own,
    empty,
    root,
    input,
    checked,
    disabled,
    enabled,
    link
  };
  Kind kind = Kind::tag;
  std::string name;     // tag, id, class, attribute
  std::string value;    // of an attribute; the text of :contains
  char comparison = 0;  // '=', '~', '|', '^', '$', '*', '!'; 0: the attribute is there
  bool any_case = false;
  int step = 0, start = 0;  // of nth: step * n + start
  bool from_end = false, of_type = false;
  std::shared_ptr<const HtmlSelector> inner;
};

struct HtmlSelector {
  // Simple conditions on one element each, and how the elements stand to each other.
  struct Sequence {
    std::vector<std::vector<HtmlCondition>> elements;
    std::vector<char> combinators;  // ' ', '>', '+', '~'; one less than elements
  };
  std::vector<Sequence> alternatives;
};

// Fails with "load/selector" where the text is no selector, or has a part that is not known.
Result<HtmlSelector> parse_html_selector(std::string_view text);

// By the order of its nodes: which nodes of the document the selector matches. Takes a time that
// grows with the size of the document, whatever the selector.
std::vector<bool> match_html(const HtmlDocument& document, const HtmlSelector& selector);

}  // namespace crema::load
