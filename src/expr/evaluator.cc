#include "evaluator.h"

#include "case_fold.h"
#include "compare.h"
#include "functions.h"

#include <cmath>
#include <limits>
#include <numeric>

namespace crema::expr {
namespace {

constexpr std::size_t kObjectMemory = 24;
constexpr std::size_t kPointerMemory = 8;

bool is_access(const Node& node) { return node.op == Op::index || node.op == Op::context; }

// The names `a.b['c']` starts with, as far as they are literal.
std::vector<std::string_view> path_of(const Node& node) {
  if (node.op == Op::context) return {node.name};
  if (node.op != Op::index) return {};
  std::vector<std::string_view> path = path_of(node.children[0]);
  // A computed step ends the path, and so do all steps after it.
  int steps = 0;
  for (const Node* at = &node; at->op == Op::index; at = &at->children[0]) ++steps;
  const Node& key = node.children[1];
  if (path.size() == static_cast<std::size_t>(steps) && key.op == Op::literal &&
      key.value.kind() == Kind::string)
    path.push_back(key.value.as_string());
  return path;
}

// An index as both kinds of collections read it.
class IndexKey {
 public:
  IndexKey(const Node& node, const Value& value)
      : wildcard_(node.op == Op::wildcard), value_(value) {}

  bool is_wildcard() const { return wildcard_; }

  const Value* in(const Object& object) const {
    if (!value_.is_primitive()) return nullptr;
    return value_.kind() == Kind::string ? object.find(value_.as_string())
                                         : object.find(value_.to_text());
  }

  const Value* in(const Array& array) const {
    const double number = std::floor(value_.to_number());
    if (std::isnan(number) || number < 0 || number >= static_cast<double>(array.size()))
      return nullptr;
    return &array[static_cast<std::size_t>(number)];
  }

  const Value* in(const Value& collection) const {
    if (collection.kind() == Kind::object) return in(collection.as_object());
    if (collection.kind() == Kind::array) return in(collection.as_array());
    return nullptr;
  }

 private:
  bool wildcard_;
  const Value& value_;
};

void append_all(Array& items, const Value& collection) {
  if (collection.kind() == Kind::array) {
    items.insert(items.end(), collection.as_array().begin(), collection.as_array().end());
  } else if (collection.kind() == Kind::object) {
    for (const auto& [name, value] : collection.as_object().members()) items.push_back(value);
  }
}

Outcome filter(const Outcome& base, const IndexKey& key) {
  Array items;
  if (!base.filtered) {
    append_all(items, base.value);
  } else {
    for (const Value& item : base.value.as_array()) {
      if (key.is_wildcard())
        append_all(items, item);
      else if (const Value* found = key.in(item))
        items.push_back(*found);
    }
  }
  return {Value(std::move(items)), Certainty::exact, true};
}

bool compare(Op op, const Value& left, const Value& right) {
  switch (op) {
    case Op::equal:
      return left.equals(right);
    case Op::not_equal:
      return !left.equals(right);
    case Op::less:
      return less_than(left, right);
    case Op::less_equal:
      return left.equals(right) || less_than(left, right);
    case Op::greater:
      return less_than(right, left);
    default:
      return left.equals(right) || less_than(right, left);
  }
}

}  // namespace

std::size_t text_memory(std::string_view text) { return 26 + 2 * utf16_length(text); }

Diagnostic Evaluator::memory_error() const {
  Diagnostic error = make_error(
      "expr/memory",
      "The maximum allowed memory size was exceeded while evaluating the following expression: " +
          canonical_text(root_));
  error.hint = "move large values through files instead of expressions";
  return error;
}

Result<Outcome> Evaluator::evaluate(const Node& node, int level) {
  Outcome outcome = is_access(node) && reaches_unknown(node) ? Outcome::unknown()
                                                             : CREMA_TRY(compute(node, level));
  CREMA_TRY(count_memory(outcome, level));
  if (scope_.trace != nullptr) trace(node, outcome, level);
  return outcome;
}

Result<Outcome> Evaluator::compute(const Node& node, int level) {
  switch (node.op) {
    case Op::literal:
      return Outcome{node.value};
    case Op::wildcard:
      return Outcome{Value("*")};
    case Op::context:
      return context(node);
    case Op::index:
      return compute_index(node, level);
    case Op::call:
      return compute_call(node, level);
    case Op::negate: {
      const Outcome operand = CREMA_TRY(evaluate(node.children[0], level + 1));
      if (operand.certainty == Certainty::unknown) return operand;
      return Outcome{Value(!operand.value.truthy())};
    }
    case Op::all:
    case Op::any:
      return compute_chain(node, level);
    default:
      return compute_comparison(node, level);
  }
}

Outcome Evaluator::context(const Node& node) const {
  const auto found = scope_.contexts.find(node.name);
  return found == scope_.contexts.end() ? Outcome{} : Outcome{found->second};
}

// What is indexed. Within `a.b.c` neither `a` nor `a.b` is of interest by itself.
Result<Outcome> Evaluator::base_of(const Node& index, int level) {
  const Node& base = index.children[0];
  if (!is_access(base)) return evaluate(base, level + 1);
  Outcome outcome = CREMA_TRY(compute(base, level + 1));
  CREMA_TRY(count_memory(outcome, level + 1));
  return outcome;
}

Result<Outcome> Evaluator::compute_index(const Node& node, int level) {
  const Outcome base = CREMA_TRY(base_of(node, level));
  const Outcome index = CREMA_TRY(evaluate(node.children[1], level + 1));
  if (!base.exact() || !index.exact()) return Outcome::unknown();
  const IndexKey key(node.children[1], index.value);
  if (base.filtered || key.is_wildcard()) return filter(base, key);
  const Value* found = key.in(base.value);
  return found == nullptr ? Outcome{} : Outcome{*found};
}

Result<Outcome> Evaluator::compute_comparison(const Node& node, int level) {
  const Outcome left = CREMA_TRY(evaluate(node.children[0], level + 1));
  const Outcome right = CREMA_TRY(evaluate(node.children[1], level + 1));
  if (!left.exact() || !right.exact()) return Outcome::unknown();
  return Outcome{Value(compare(node.op, left.value, right.value))};
}

// && ends at the first falsy operand, || at the first truthy one, and gives that operand. Behind an
// unknown operand the others can still settle whether the whole is truthy.
Result<Outcome> Evaluator::compute_chain(const Node& node, int level) {
  const bool ends_at = node.op == Op::any;
  bool uncertain = false;
  Outcome last;
  for (const Node& child : node.children) {
    Result<Outcome> result = evaluate(child, level + 1);
    if (!result) {
      if (uncertain) return Outcome::unknown();  // it may never be reached
      return result;
    }
    last = std::move(*result);
    if (last.certainty == Certainty::unknown) {
      uncertain = true;
    } else if (last.value.truthy() == ends_at) {
      if (uncertain) last.certainty = Certainty::truth;
      return last;
    }
  }
  if (uncertain) return Outcome::unknown();
  return last;
}

Result<Outcome> Evaluator::compute_call(const Node& node, int level) {
  if (node.builtin != nullptr) return node.builtin->call(*this, node, level);
  if (unknowns_ != nullptr && unknowns_->functions.contains(node.name)) return Outcome::unknown();
  std::vector<Value> arguments;
  arguments.reserve(node.children.size());
  bool exact = true;
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    Outcome outcome = CREMA_TRY(argument(node, i, level));
    exact = exact && outcome.exact();
    arguments.push_back(std::move(outcome.value));
  }
  if (!exact) return Outcome::unknown();
  const auto function = scope_.functions.find(node.name);
  if (function == scope_.functions.end())
    return crema::fail("expr/function", "the function '" + node.name + "' is not available here");
  return Outcome{CREMA_TRY(function->second(arguments))};
}

bool Evaluator::reaches_unknown(const Node& node) const {
  if (unknowns_ == nullptr) return false;
  const std::vector<std::string_view> path = path_of(node);
  for (const std::string& unknown : unknowns_->paths) {
    const std::vector<std::string_view> other = split(unknown, '.');
    const std::size_t common = std::min(path.size(), other.size());
    bool meets = common > 0;
    for (std::size_t i = 0; i < common && meets; ++i) meets = equals_folded(path[i], other[i]);
    if (meets) return true;
  }
  return false;
}

// A primitive result replaces whatever the levels below it took.
Result<> Evaluator::count_memory(const Outcome& outcome, int level) {
  const auto depth = static_cast<std::size_t>(level);
  if (outcome.value.is_primitive() && memory_.size() > depth + 1) memory_.resize(depth + 1);
  if (memory_.size() <= depth) memory_.resize(depth + 1);
  std::size_t bytes = kObjectMemory;
  if (outcome.value.kind() == Kind::string) bytes = text_memory(outcome.value.as_string());
  if (outcome.filtered) bytes += kPointerMemory * outcome.value.as_array().size();
  memory_[depth] += bytes;
  if (std::accumulate(memory_.begin(), memory_.end(), std::size_t{0}) > scope_.max_memory)
    return crema::fail(memory_error());
  return {};
}

void Evaluator::trace(const Node& node, const Outcome& outcome, int level) const {
  if (node.op == Op::literal || node.op == Op::wildcard) return;
  scope_.trace->push_back({canonical_text(node), outcome.value, level, outcome.certainty});
}

}  // namespace crema::expr
