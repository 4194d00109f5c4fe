// From the text of an expression to its tree.
#pragma once

#include "crema/expr/expression.h"
#include "crema/expr/node.h"

#include <memory>
#include <string_view>

namespace crema::expr {

// Null for a text without any token. Never recurses, so that no text can exhaust the stack.
Result<std::shared_ptr<const Node>> parse_tree(std::string_view text, const Vocabulary& vocabulary);

}  // namespace crema::expr
