#include "html_document.h"

#include <gumbo.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace crema::load {
namespace {

constexpr std::ptrdiff_t kDeepest = 2000;

// Elements that have no end tag.
constexpr std::array<std::string_view, 16> kVoid{
    "area",   "base", "br",   "col",   "embed",  "hr",    "img", "input",
    "keygen", "link", "meta", "param", "source", "track", "wbr", "basefont"};
// Elements whose text is no HTML.
constexpr std::array<std::string_view, 7> kRaw{"iframe",    "noembed", "noframes", "noscript",
                                               "plaintext", "script",  "style"};

template <std::size_t size>
bool among(const std::array<std::string_view, size>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

// About how deep tags are nested: a bound, as end tags may be left out.
bool too_deep(std::string_view text) {
  std::ptrdiff_t depth = 0;
  for (std::size_t i = text.find('<'); i != std::string_view::npos; i = text.find('<', i + 1)) {
    if (i + 1 >= text.size()) break;
    if (text[i + 1] == '/') {
      depth = std::max<std::ptrdiff_t>(depth - 1, 0);
    } else if (letter(text[i + 1])) {
      std::size_t end = i + 1;
      while (end < text.size() && letter(text[end])) ++end;
      const std::string name = lower(text.substr(i + 1, end - i - 1));
      // Those that are often left open do not nest in themselves.
      static constexpr std::array<std::string_view, 9> kClosedByNext{
          "li", "p", "td", "th", "tr", "option", "dt", "dd", "tbody"};
      if (!among(kVoid, name) && !among(kClosedByNext, name) && ++depth > kDeepest) return true;
    }
  }
  return false;
}

// Takes the memory of one parse, and gives it back in one go: gumbo's own way to free a tree calls
// itself for each level.
class Arena {
 public:
  static void* take(void* arena, std::size_t size) {
    return static_cast<Arena*>(arena)->allocate(size);
  }
  static void leave(void*, void*) {}

 private:
  static constexpr std::size_t kBlock = 64 * 1024;

  void* allocate(std::size_t size) {
    size = (size + 15) & ~std::size_t{15};
    if (size > kBlock / 4) return big_.emplace_back(std::make_unique<std::byte[]>(size)).get();
    if (blocks_.empty() || used_ + size > kBlock) {
      blocks_.push_back(std::make_unique<std::byte[]>(kBlock));
      used_ = 0;
    }
    void* piece = blocks_.back().get() + used_;
    used_ += size;
    return piece;
  }

  std::vector<std::unique_ptr<std::byte[]>> blocks_, big_;
  std::size_t used_ = 0;
};

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&#34;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
}

void append_start(std::string& out, const HtmlNode& node, bool raw) {
  switch (node.type) {
    case HtmlType::text:
      raw ? void(out += node.text) : append_escaped(out, node.text);
      break;
    case HtmlType::comment:
      out += "<!--" + node.text + "-->";
      break;
    case HtmlType::doctype:
      out += "<!DOCTYPE " + node.text + ">";
      break;
    case HtmlType::document:
      break;
    case HtmlType::element:
      out += '<' + node.name;
      for (const auto& [name, value] : node.attributes) {
        out += ' ' + name + "=\"";
        append_escaped(out, value);
        out += '"';
      }
      out += among(kVoid, node.name) ? "/>" : ">";
  }
}

// The node and all in it, without calling itself: a step goes in, on, or out.
void append_html(std::string& out, const HtmlNode& top) {
  const HtmlNode* node = &top;
  while (true) {
    append_start(out, *node, node != &top && among(kRaw, node->parent->name));
    if (!node->children.empty()) {
      node = node->children.front();
      continue;
    }
    while (true) {
      if (node->element() && !among(kVoid, node->name)) out += "</" + node->name + ">";
      if (node == &top) return;
      const auto& siblings = node->parent->children;
      if (node->place + 1 < siblings.size()) {
        node = siblings[node->place + 1];
        break;
      }
      node = node->parent;
    }
  }
}

}  // namespace

class HtmlBuilder {
 public:
  explicit HtmlBuilder(HtmlDocument& document) : document_(document) {}

  void build(const GumboNode* root) {
    struct Open {
      const GumboVector* children;
      unsigned int next;
      HtmlNode* node;
    };
    HtmlNode& top = add(nullptr, HtmlType::document, "#document");
    const GumboDocument& source = root->v.document;
    if (source.has_doctype) add(&top, HtmlType::doctype, source.name).text = source.name;
    std::vector<Open> open{{&source.children, 0, &top}};
    while (!open.empty()) {
      Open& now = open.back();
      if (now.next == now.children->length) {
        now.node->last = document_.nodes_.back().order;
        open.pop_back();
        continue;
      }
      const auto* child = static_cast<const GumboNode*>(now.children->data[now.next++]);
      HtmlNode* node = add_copy(now.node, *child);
      if (child->type == GUMBO_NODE_ELEMENT || child->type == GUMBO_NODE_TEMPLATE)
        open.push_back({&child->v.element.children, 0, node});
    }
  }

 private:
  HtmlNode& add(HtmlNode* parent, HtmlType type, std::string name) {
    HtmlNode& node = document_.nodes_.emplace_back();
    node.type = type;
    node.name = std::move(name);
    node.parent = parent;
    node.order = node.last = document_.nodes_.size() - 1;
    if (parent == nullptr) return node;
    node.place = parent->children.size();
    parent->children.push_back(&node);
    return node;
  }

  HtmlNode* add_copy(HtmlNode* parent, const GumboNode& source) {
    switch (source.type) {
      case GUMBO_NODE_ELEMENT:
      case GUMBO_NODE_TEMPLATE: {
        const GumboElement& element = source.v.element;
        std::string name = gumbo_normalized_tagname(element.tag);
        if (name.empty()) {
          GumboStringPiece tag = element.original_tag;
          gumbo_tag_from_original_text(&tag);
          name = lower({tag.data == nullptr ? "" : tag.data, tag.length});
        }
        HtmlNode& node = add(parent, HtmlType::element, std::move(name));
        for (unsigned int i = 0; i < element.attributes.length; ++i) {
          const auto* each = static_cast<const GumboAttribute*>(element.attributes.data[i]);
          node.attributes.emplace_back(lower(each->name), each->value);
        }
        return &node;
      }
      case GUMBO_NODE_COMMENT: {
        HtmlNode& node = add(parent, HtmlType::comment, "#comment");
        node.text = source.v.text.text;
        return &node;
      }
      default: {
        HtmlNode& node = add(parent, HtmlType::text, "#text");
        node.text = source.v.text.text;
        return &node;
      }
    }
  }

  HtmlDocument& document_;
};

std::optional<std::string_view> HtmlNode::attribute(std::string_view wanted) const {
  for (const auto& [attribute_name, value] : attributes)
    if (attribute_name == wanted) return value;
  return std::nullopt;
}

Result<std::shared_ptr<const HtmlDocument>> HtmlDocument::parse(std::string_view text) {
  if (too_deep(text)) return fail("load/html", "the HTML is nested deeper than 2,000 levels");
  Arena arena;
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = Arena::take;
  options.deallocator = Arena::leave;
  options.userdata = &arena;
  options.max_errors = 0;
  const GumboOutput* output = gumbo_parse_with_options(&options, text.data(), text.size());
  auto document = std::make_shared<HtmlDocument>();
  HtmlBuilder(*document).build(output->document);
  return std::shared_ptr<const HtmlDocument>(std::move(document));
}

std::string html_text(const HtmlNode& node) {
  if (node.type == HtmlType::text) return node.text;
  std::string text;
  // Without calling itself: each node in turn, until the first that is not in `node`.
  std::vector<const HtmlNode*> open(node.children.rbegin(), node.children.rend());
  while (!open.empty()) {
    const HtmlNode* each = open.back();
    open.pop_back();
    if (each->type == HtmlType::text) text += each->text;
    open.insert(open.end(), each->children.rbegin(), each->children.rend());
  }
  return text;
}

std::string inner_html(const HtmlNode& node) {
  std::string out;
  for (const HtmlNode* child : node.children) append_html(out, *child);
  return out;
}

std::string outer_html(const HtmlNode& node) {
  std::string out;
  append_html(out, node);
  return out;
}

}  // namespace crema::load
