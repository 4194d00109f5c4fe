// An HTML document as a tree that nothing changes; what libgumbo made of the text.
#pragma once

#include "crema/base/result.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::load {

// Numbers as the DOM has them.
enum class HtmlType : std::uint8_t {
  element = 1,
  text = 3,
  comment = 8,
  document = 9,
  doctype = 10
};

struct HtmlNode {
  HtmlType type = HtmlType::element;
  std::string name;  // of elements, in lower case; of others "#text", "#comment", "#document"
  std::string text;  // of texts and comments
  std::vector<std::pair<std::string, std::string>> attributes;
  const HtmlNode* parent = nullptr;
  std::vector<const HtmlNode*> children;
  std::size_t place = 0;  // among its parent's children
  std::size_t order = 0;  // its place in the document; a node comes before what is in it
  std::size_t last = 0;   // the order of the last node in it, or its own

  bool element() const { return type == HtmlType::element; }
  std::optional<std::string_view> attribute(std::string_view name) const;
  bool holds(const HtmlNode& other) const { return other.order > order && other.order <= last; }
};

class HtmlDocument {
 public:
  // Every text is a document. Fails with "load/html" where its tags are nested deeper than 2,000
  // levels, which takes the parser a time that grows with the square.
  static Result<std::shared_ptr<const HtmlDocument>> parse(std::string_view text);

  const HtmlNode& root() const { return nodes_.front(); }
  // In the order of the document.
  const std::deque<HtmlNode>& nodes() const { return nodes_; }

 private:
  friend class HtmlBuilder;
  std::deque<HtmlNode> nodes_;
};

// All texts in a node, one after the other.
std::string html_text(const HtmlNode& node);
// The HTML of what is in the node; that of the node itself.
std::string inner_html(const HtmlNode& node);
std::string outer_html(const HtmlNode& node);

}  // namespace crema::load
