// Walks a tree in a scope. Every value made is counted against the memory the scope allows, the way
// GitHub counts (actions/runner EvaluationMemory), and traced when the scope asks for it.
#pragma once

#include "crema/expr/expression.h"
#include "crema/expr/node.h"

#include <string_view>
#include <vector>

namespace crema::expr {

// What a node evaluated to.
struct Outcome {
  Value value;
  Certainty certainty = Certainty::exact;
  // A result of `.*`: an index applies to each of its items instead of to the array.
  bool filtered = false;

  bool exact() const { return certainty == Certainty::exact; }
  static Outcome unknown() { return {{}, Certainty::unknown, false}; }
};

class Evaluator {
 public:
  // `unknowns` may be null. Both outlive the evaluator.
  Evaluator(const Scope& scope, const Unknowns* unknowns, const Node& root)
      : scope_(scope), unknowns_(unknowns), root_(root) {}

  Result<Outcome> evaluate(const Node& node, int level);
  // The argument of a call, evaluated now.
  Result<Outcome> argument(const Node& call, std::size_t index, int level) {
    return evaluate(call.children[index], level + 1);
  }

  std::size_t max_memory() const { return scope_.max_memory; }
  Diagnostic memory_error() const;

 private:
  Result<Outcome> compute(const Node& node, int level);
  Result<Outcome> compute_index(const Node& node, int level);
  Result<Outcome> compute_comparison(const Node& node, int level);
  Result<Outcome> compute_chain(const Node& node, int level);
  Result<Outcome> compute_call(const Node& node, int level);
  Result<Outcome> base_of(const Node& index, int level);
  Outcome context(const Node& node) const;
  bool reaches_unknown(const Node& node) const;
  Result<> count_memory(const Outcome& outcome, int level);
  void trace(const Node& node, const Outcome& outcome, int level) const;

  const Scope& scope_;
  const Unknowns* unknowns_;
  const Node& root_;
  std::vector<std::size_t> memory_;  // bytes in use, by level
};

// Bytes a text takes, as GitHub estimates.
std::size_t text_memory(std::string_view text);

}  // namespace crema::expr
