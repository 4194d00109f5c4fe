#include "crema/expr/expression.h"

#include "case_fold.h"
#include "evaluator.h"
#include "lexer.h"
#include "parser.h"

#include <algorithm>

namespace crema::expr {
namespace {

std::string literal_text(const Value& value) {
  if (value.is_null()) return "null";
  if (value.kind() == Kind::string) return "'" + replace_all(value.as_string(), "'", "''") + "'";
  return value.to_text();
}

std::string joined(const Node& node, std::string_view separator) {
  std::string out;
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    if (i > 0) out += separator;
    out += canonical_text(node.children[i]);
  }
  return out;
}

std::string index_text(const Node& node) {
  const Node& key = node.children[1];
  std::string base = canonical_text(node.children[0]);
  const Op op = node.children[0].op;
  if (op == Op::literal || op == Op::negate) base = "(" + base + ")";
  if (key.op == Op::wildcard) return base + ".*";
  if (key.op == Op::literal && key.value.kind() == Kind::string && is_name(key.value.as_string()))
    return base + "." + key.value.as_string();
  return base + "[" + canonical_text(key) + "]";
}

std::string_view operator_text(Op op) {
  switch (op) {
    case Op::equal:
      return " == ";
    case Op::not_equal:
      return " != ";
    case Op::less:
      return " < ";
    case Op::less_equal:
      return " <= ";
    case Op::greater:
      return " > ";
    case Op::greater_equal:
      return " >= ";
    case Op::all:
      return " && ";
    default:
      return " || ";
  }
}

template <class Predicate>
bool any_node(const Node& node, const Predicate& holds) {
  return holds(node) || std::any_of(node.children.begin(), node.children.end(),
                                    [&](const Node& child) { return any_node(child, holds); });
}

bool names(const Node& node, std::string_view context) {
  return node.op == Op::context && equals_folded(node.name, context);
}

bool may_reach(const Node& node, std::string_view context, std::string_view member) {
  if (names(node, context)) return true;  // as a whole: every member
  if (node.op == Op::index && names(node.children[0], context)) {
    const Node& key = node.children[1];
    const bool other = key.op == Op::literal && !equals_folded(key.value.to_text(), member);
    return !other || (key.op != Op::literal && may_reach(key, context, member));
  }
  return std::any_of(node.children.begin(), node.children.end(),
                     [&](const Node& child) { return may_reach(child, context, member); });
}

}  // namespace

std::string canonical_text(const Node& node) {
  switch (node.op) {
    case Op::literal:
      return literal_text(node.value);
    case Op::context:
      return node.name;
    case Op::wildcard:
      return "*";
    case Op::index:
      return index_text(node);
    case Op::call:
      return node.name + "(" + joined(node, ", ") + ")";
    case Op::negate:
      return "!" + canonical_text(node.children[0]);
    default:
      return "(" + joined(node, operator_text(node.op)) + ")";
  }
}

Result<Expression> Expression::parse(std::string_view text, const Vocabulary& vocabulary) {
  Expression expression;
  expression.text_ = text;
  expression.root_ = CREMA_TRY(parse_tree(expression.text_, vocabulary));
  return expression;
}

Result<Value> Expression::evaluate(const Scope& scope) const {
  if (root_ == nullptr) return Value();
  return CREMA_TRY(Evaluator(scope, nullptr, *root_).evaluate(*root_, 0)).value;
}

Result<PartialValue> Expression::evaluate_known(const Scope& scope,
                                                const Unknowns& unknowns) const {
  if (root_ == nullptr) return PartialValue{};
  Outcome outcome = CREMA_TRY(Evaluator(scope, &unknowns, *root_).evaluate(*root_, 0));
  return PartialValue{std::move(outcome.value), outcome.certainty};
}

bool Expression::calls(std::string_view function) const {
  return root_ != nullptr && any_node(*root_, [&](const Node& node) {
           return node.op == Op::call && equals_folded(node.name, function);
         });
}

bool Expression::mentions(std::string_view context, std::string_view member) const {
  if (root_ == nullptr) return false;
  if (!member.empty()) return may_reach(*root_, context, member);
  return any_node(*root_, [&](const Node& node) { return names(node, context); });
}

std::string Expression::canonical() const {
  return root_ == nullptr ? std::string() : canonical_text(*root_);
}

}  // namespace crema::expr
