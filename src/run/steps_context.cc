#include "steps_context.h"

namespace crema::run {

bool has_context_name(std::string_view step_id) {
  return !step_id.empty() && !step_id.starts_with("__");
}

void StepsContext::set(std::string_view id, const Outputs& outputs, evidence::Outcome outcome,
                       evidence::Outcome conclusion) {
  if (!has_context_name(id)) return;
  expr::Object values;
  for (const auto& [name, value] : outputs) values.set(name, expr::Value(value));
  steps_.set(std::string(id),
             expr::Value(expr::Object{{"outputs", expr::Value(std::move(values))},
                                      {"outcome", expr::Value(evidence::to_text(outcome))},
                                      {"conclusion", expr::Value(evidence::to_text(conclusion))}}));
  value_.reset();
}

const expr::Value& StepsContext::value() const {
  if (!value_) value_ = expr::Value(expr::Object(steps_));
  return *value_;
}

}  // namespace crema::run
