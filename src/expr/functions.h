// The functions every expression may call. A function takes its arguments unevaluated, because
// some (case, format, contains) evaluate only those they need.
#pragma once

#include "evaluator.h"

#include <span>
#include <string_view>

namespace crema::expr {

struct Builtin {
  std::string_view name;
  int min_arguments;
  int max_arguments;
  bool odd_arguments;
  Result<Outcome> (*call)(Evaluator& evaluator, const Node& call, int level);
};

const Builtin* find_builtin(std::string_view name);

}  // namespace crema::expr
