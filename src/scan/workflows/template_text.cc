#include "template_text.h"

#include "crema/base/strings.h"

#include <algorithm>
#include <array>

namespace crema::scan {
namespace {

using expr::Node;
using expr::Op;

const expr::Vocabulary& any_vocabulary() {
  static const expr::Vocabulary vocabulary{.contexts = {}, .functions = {}, .any_name = true};
  return vocabulary;
}

TemplateExpression parse(std::string_view whole, std::string_view inner) {
  TemplateExpression out{.whole = std::string(whole), .inner = std::string(trim(inner))};
  if (auto parsed = expr::Expression::parse(out.inner, any_vocabulary()); parsed)
    out.parsed = std::move(*parsed);
  return out;
}

// The end of an expression that begins at `from`, right behind its brackets: quoted text may hold
// closing ones.
std::size_t end_of_expression(std::string_view text, std::size_t from) {
  bool quoted = false;
  for (std::size_t at = from; at + 1 < text.size(); ++at) {
    if (text[at] == '\'') quoted = !quoted;
    if (!quoted && text[at] == '}' && text[at + 1] == '}') return at;
  }
  return std::string_view::npos;
}

void append_key(const Node& key, std::string& path) {
  const bool named = key.op == Op::literal && key.value.kind() == expr::Kind::string;
  path += "." + (named ? to_lower(key.value.as_string()) : std::string("*"));
}

// The path of a context with its members; false where it begins with something else.
bool path_of(const Node& node, std::string& path) {
  if (node.op == Op::context) {
    path = to_lower(node.name);
    return true;
  }
  if (node.op != Op::index || !path_of(node.children[0], path)) return false;
  append_key(node.children[1], path);
  return true;
}

void collect(const Node& node, bool only_results, std::vector<ContextPath>& out);

void collect_index(const Node& node, bool only_results, std::vector<ContextPath>& out) {
  ContextPath context{.written = expr::canonical_text(node)};
  if (path_of(node, context.path)) {
    out.push_back(std::move(context));
  } else {
    const auto first = out.size();
    collect(node.children[0], only_results, out);
    for (auto i = first; i < out.size(); ++i) out[i].of_call = true;
  }
  if (only_results) return;
  for (const Node* at = &node; at->op == Op::index; at = &at->children[0])
    collect(at->children[1], only_results, out);
}

// Functions whose result is a boolean or a hash, whatever they are given.
bool gives_no_text(std::string_view function) {
  constexpr std::array<std::string_view, 8> kNames = {"contains",  "startswith", "endswith",
                                                      "success",   "failure",    "always",
                                                      "cancelled", "hashfiles"};
  return std::ranges::find(kNames, to_lower(function)) != kNames.end();
}

void collect_call(const Node& node, bool only_results, std::vector<ContextPath>& out) {
  if (only_results && gives_no_text(node.name)) return;
  const bool cases = only_results && equals_ignore_case(node.name, "case");
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    const bool is_condition = cases && i % 2 == 0 && i + 1 < node.children.size();
    if (!is_condition) collect(node.children[i], only_results, out);
  }
}

void collect(const Node& node, bool only_results, std::vector<ContextPath>& out) {
  switch (node.op) {
    case Op::literal:
    case Op::wildcard:
      return;
    case Op::context:
      out.push_back({.path = to_lower(node.name), .written = node.name});
      return;
    case Op::index:
      return collect_index(node, only_results, out);
    case Op::call:
      return collect_call(node, only_results, out);
    case Op::all:
      // What stands before the last && is only passed on where it is empty or false.
      if (only_results) return collect(node.children.back(), only_results, out);
      break;
    case Op::any:
      break;
    default:
      if (only_results) return;  // comparisons and negations give booleans
  }
  for (const Node& child : node.children) collect(child, only_results, out);
}

}  // namespace

std::vector<TemplateExpression> template_expressions(std::string_view text) {
  std::vector<TemplateExpression> out;
  for (std::size_t at = text.find("${{"); at != std::string_view::npos; at = text.find("${{", at)) {
    const auto end = end_of_expression(text, at + 3);
    if (end == std::string_view::npos) break;
    out.push_back(parse(text.substr(at, end + 2 - at), text.substr(at + 3, end - at - 3)));
    at = end + 2;
  }
  return out;
}

TemplateExpression whole_expression(std::string_view text) { return parse(trim(text), text); }

bool ContextPath::starts_with(std::string_view context) const {
  return path.starts_with(context) &&
         (path.size() == context.size() || path[context.size()] == '.');
}

std::string_view ContextPath::member() const {
  const auto dot = path.find('.');
  if (dot == std::string::npos) return {};
  const auto rest = std::string_view(path).substr(dot + 1);
  return rest.find('.') == std::string_view::npos ? rest : std::string_view();
}

std::vector<ContextPath> mentioned_contexts(const Node& node) {
  std::vector<ContextPath> out;
  collect(node, false, out);
  return out;
}

std::vector<ContextPath> resulting_contexts(const Node& node) {
  std::vector<ContextPath> out;
  collect(node, true, out);
  return out;
}

bool is_literal_only(const Node& node) {
  if (node.op == Op::literal) return true;
  if (node.op == Op::context || node.op == Op::wildcard || node.op == Op::index) return false;
  if (node.op == Op::call && !equals_ignore_case(node.name, "format") &&
      !equals_ignore_case(node.name, "fromjson") && !equals_ignore_case(node.name, "tojson") &&
      !equals_ignore_case(node.name, "contains") && !equals_ignore_case(node.name, "startswith") &&
      !equals_ignore_case(node.name, "endswith"))
    return false;
  return std::ranges::all_of(node.children, is_literal_only);
}

bool is_falsy_literal(const Node& node) { return node.op == Op::literal && !node.value.truthy(); }

}  // namespace crema::scan
