// Which nodes a selector matches: each part of it makes a mark on every node of the document.
#include "html_selector.h"

#include <algorithm>
#include <array>
#include <map>

namespace crema::load {
namespace {

using Kind = HtmlCondition::Kind;
using Marks = std::vector<bool>;

bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

// Whether `word` is one of the words of `text`.
bool has_word(std::string_view text, std::string_view word) {
  for (std::size_t i = 0; i < text.size();) {
    while (i < text.size() && blank(text[i])) ++i;
    std::size_t end = i;
    while (end < text.size() && !blank(text[end])) ++end;
    if (end > i && text.substr(i, end - i) == word) return true;
    i = end;
  }
  return false;
}

bool attribute_matches(const HtmlNode& node, const HtmlCondition& condition) {
  const auto found = node.attribute(condition.name);
  if (condition.comparison == '!') return !found || *found != condition.value;
  if (!found || condition.comparison == 0) return found.has_value();
  const std::string folded = condition.any_case ? lower(*found) : std::string();
  const std::string folded_value = condition.any_case ? lower(condition.value) : std::string();
  const std::string_view text = condition.any_case ? folded : *found;
  const std::string_view value = condition.any_case ? folded_value : condition.value;
  switch (condition.comparison) {
    case '=':
      return text == value;
    case '~':
      return has_word(text, value);
    case '|':
      return text == value ||
             (text.starts_with(value) && text.substr(value.size()).starts_with('-'));
    case '^':
      return text.starts_with(value);
    case '$':
      return text.ends_with(value);
    default:
      return text.find(value) != std::string_view::npos;
  }
}

bool one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

bool state_matches(const HtmlNode& node, Kind kind) {
  switch (kind) {
    case Kind::root:
      return node.parent != nullptr && node.parent->type == HtmlType::document;
    case Kind::empty:
      return std::ranges::none_of(node.children, [](const HtmlNode* child) {
        return child->element() || child->type == HtmlType::text;
      });
    case Kind::input:
      return one_of(node.name, {"input", "select", "textarea", "button"});
    case Kind::checked: {
      const auto type = node.attribute("type").value_or("");
      if (node.name == "option") return node.attribute("selected").has_value();
      return node.name == "input" && (type == "checkbox" || type == "radio") &&
             node.attribute("checked").has_value();
    }
    case Kind::link:
      return one_of(node.name, {"a", "area", "link"}) && node.attribute("href").has_value();
    case Kind::disabled:
    case Kind::enabled:
      return one_of(node.name,
                    {"input", "select", "textarea", "button", "option", "optgroup", "fieldset"}) &&
             node.attribute("disabled").has_value() == (kind == Kind::disabled);
    default:
      return false;
  }
}

// Whether `place`, from 1, is one of step * n + start.
bool in_series(int place, const HtmlCondition& condition) {
  const int beyond = place - condition.start;
  if (condition.step == 0) return beyond == 0;
  return beyond % condition.step == 0 && beyond / condition.step >= 0;
}

class Matcher {
 public:
  explicit Matcher(const HtmlDocument& document)
      : nodes_(document.nodes()), root_(document.root()) {}

  Marks match(const HtmlSelector& selector) {
    Marks all(nodes_.size());
    for (const auto& sequence : selector.alternatives) {
      const Marks marks = match(sequence);
      for (std::size_t i = 0; i < all.size(); ++i) all[i] = all[i] || marks[i];
    }
    return all;
  }

 private:
  Marks match(const HtmlSelector::Sequence& sequence) {
    Marks marks = match(sequence.elements.front());
    for (std::size_t i = 0; i < sequence.combinators.size(); ++i) {
      const Marks next = match(sequence.elements[i + 1]);
      const Marks reached = reach(marks, sequence.combinators[i]);
      for (std::size_t k = 0; k < marks.size(); ++k) marks[k] = next[k] && reached[k];
    }
    return marks;
  }

  // The elements to which the combinator leads from those that are marked.
  Marks reach(const Marks& from, char combinator) {
    Marks to(nodes_.size());
    for (const HtmlNode& node : nodes_) {
      if (node.parent == nullptr) continue;
      const std::size_t parent = node.parent->order;
      if (combinator == '>') to[node.order] = from[parent];
      if (combinator == ' ') to[node.order] = from[parent] || to[parent];
    }
    if (combinator == '+' || combinator == '~')
      for (const HtmlNode& node : nodes_) {
        bool before = false;
        for (const HtmlNode* child : node.children) {
          if (!child->element()) continue;
          to[child->order] = before;
          before = from[child->order] || (combinator == '~' && before);
        }
      }
    return to;
  }

  Marks match(const std::vector<HtmlCondition>& conditions) {
    Marks marks(nodes_.size());
    for (const HtmlNode& node : nodes_) marks[node.order] = node.element();
    for (const HtmlCondition& condition : conditions) apply(condition, marks);
    return marks;
  }

  // Takes the marks from those that do not fulfil the condition.
  void apply(const HtmlCondition& condition, Marks& marks) {
    switch (condition.kind) {
      case Kind::nth:
      case Kind::only:
        return keep(marks, positions(condition));
      case Kind::negation: {
        Marks inner = match(*condition.inner);
        inner.flip();
        return keep(marks, inner);
      }
      case Kind::has:
      case Kind::has_child:
        return keep(marks, holders(condition));
      case Kind::contains:
        return keep(marks, containing(condition.value));
      default:
        break;
    }
    for (const HtmlNode& node : nodes_)
      if (marks[node.order]) marks[node.order] = fulfils(node, condition);
  }

  static void keep(Marks& marks, const Marks& wanted) {
    for (std::size_t i = 0; i < marks.size(); ++i) marks[i] = marks[i] && wanted[i];
  }

  static bool fulfils(const HtmlNode& node, const HtmlCondition& condition) {
    switch (condition.kind) {
      case Kind::tag:
        return node.name == condition.name;
      case Kind::id:
        return node.attribute("id") == condition.name;
      case Kind::klass:
        return has_word(node.attribute("class").value_or(""), condition.name);
      case Kind::attribute:
        return attribute_matches(node, condition);
      case Kind::contains_own: {
        std::string own;
        for (const HtmlNode* child : node.children)
          if (child->type == HtmlType::text) own += child->text;
        return lower(own).find(condition.value) != std::string::npos;
      }
      default:
        return state_matches(node, condition.kind);
    }
  }

  Marks positions(const HtmlCondition& condition) {
    Marks marks(nodes_.size());
    for (const HtmlNode& parent : nodes_) {
      std::map<std::string_view, int> counts, seen;
      const auto key = [&](const HtmlNode& node) {
        return condition.of_type ? std::string_view(node.name) : std::string_view();
      };
      for (const HtmlNode* child : parent.children)
        if (child->element()) ++counts[key(*child)];
      for (const HtmlNode* child : parent.children) {
        if (!child->element()) continue;
        const int count = counts[key(*child)], place = ++seen[key(*child)];
        marks[child->order] =
            condition.kind == Kind::only
                ? count == 1
                : in_series(condition.from_end ? count - place + 1 : place, condition);
      }
    }
    return marks;
  }

  // Those that have a match inside.
  Marks holders(const HtmlCondition& condition) {
    const Marks inner = match(*condition.inner);
    Marks marks(nodes_.size());
    // From the end: what is in a node comes after it.
    for (std::size_t i = nodes_.size(); i-- > 1;) {
      const std::size_t parent = nodes_[i].parent->order;
      if (inner[i] || (condition.kind == Kind::has && marks[i])) marks[parent] = true;
    }
    return marks;
  }

  // Those in whose text, whatever its case, `wanted` stands: its places in the text of the whole
  // document are looked up in the range of each node.
  Marks containing(const std::string& wanted) {
    std::string text;
    std::vector<std::size_t> begins(nodes_.size() + 1);
    for (const HtmlNode& node : nodes_) {
      begins[node.order] = text.size();
      if (node.type == HtmlType::text) text += lower(node.text);
    }
    begins[nodes_.size()] = text.size();
    std::vector<std::size_t> places;
    for (auto at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1))
      places.push_back(at);
    Marks marks(nodes_.size());
    for (const HtmlNode& node : nodes_) {
      const auto first = std::ranges::lower_bound(places, begins[node.order]);
      marks[node.order] = first != places.end() && *first + wanted.size() <= begins[node.last + 1];
    }
    return marks;
  }

  const std::deque<HtmlNode>& nodes_;
  const HtmlNode& root_;
};

}  // namespace

std::vector<bool> match_html(const HtmlDocument& document, const HtmlSelector& selector) {
  return Matcher(document).match(selector);
}

}  // namespace crema::load
