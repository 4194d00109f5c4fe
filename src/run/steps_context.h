// The `steps` context of a job or of a composite action: outputs, outcome and conclusion of the
// steps that have an id. Reference: actions/runner StepsContext.
#pragma once

#include "crema/evidence/event.h"
#include "crema/expr/value.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::run {

class StepsContext {
 public:
  using Outputs = std::vector<std::pair<std::string, std::string>>;

  // Steps whose id was made up ("__run") have no place in the context.
  void set(std::string_view id, const Outputs& outputs, evidence::Outcome outcome,
           evidence::Outcome conclusion);
  const expr::Value& value() const;

 private:
  expr::Object steps_;
  mutable std::optional<expr::Value> value_;
};

bool has_context_name(std::string_view step_id);

}  // namespace crema::run
