// The tree of an expression. Chains of && and of || are one node each, as for GitHub: `(a && b &&
// c)`; brackets for grouping leave no node.
#pragma once

#include "crema/expr/value.h"

#include <cstdint>
#include <string>
#include <vector>

namespace crema::expr {

enum class Op : std::uint8_t {
  literal,
  context,
  wildcard,
  index,
  call,
  negate,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  all,  // &&
  any,  // ||
};

struct Node;
struct Builtin;

struct Node {
  Op op = Op::literal;
  Value value;                       // of a literal
  std::string name;                  // of a context or a call, as written
  const Builtin* builtin = nullptr;  // of a call; null: the scope's function
  std::vector<Node> children;
  int height = 1;
};

// The text of a tree in GitHub's canonical form.
std::string canonical_text(const Node& node);

}  // namespace crema::expr
