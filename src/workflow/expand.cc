// Strategy, and the names of the instances it gives (actions/runner WorkflowTemplateEvaluator,
// JobNameBuilder).
#include "crema/workflow/expand.h"

#include "coerce.h"
#include "matrix.h"

#include "crema/base/strings.h"

#include <algorithm>

namespace crema::workflow {
namespace {

constexpr std::size_t kMaxNameLength = 100;

// `strategy:` evaluated, whether it was written out or is one expression.
struct StrategyValues {
  expr::Value matrix;
  bool fail_fast = true;
  double max_parallel = 0;
};

Result<StrategyValues> from_expression(const Token& token, const expr::Scope& scope) {
  const auto members = CREMA_TRY(to_mapping(CREMA_TRY(evaluate(token, scope)), token.span));
  StrategyValues values;
  for (const auto& [name, value] : members->members()) {
    if (name == "matrix")
      values.matrix = value;
    else if (name == "fail-fast")
      values.fail_fast = CREMA_TRY(to_boolean(value, token.span));
    else if (name == "max-parallel")
      values.max_parallel = CREMA_TRY(to_number(value, token.span));
    else
      return crema::fail(unexpected_value(expr::Value(name), token.span));
  }
  return values;
}

Result<StrategyValues> evaluate_strategy(const Strategy& strategy, const expr::Scope& scope) {
  if (strategy.whole.kind == Token::Kind::expression) return from_expression(strategy.whole, scope);
  StrategyValues values;
  values.matrix = CREMA_TRY(evaluate(strategy.matrix, scope));
  values.fail_fast = CREMA_TRY(evaluate_boolean(strategy.fail_fast, scope, true));
  values.max_parallel = CREMA_TRY(evaluate_number(strategy.max_parallel, scope, 0));
  return values;
}

// Cuts at a hundred characters, never within one.
std::string shortened(std::string name) {
  std::size_t characters = 0;
  std::size_t cut = name.size();
  for (std::size_t i = 0; i < name.size(); ++i) {
    if ((name[i] & 0xC0) == 0x80) continue;
    if (characters == kMaxNameLength - 3) cut = i;
    ++characters;
  }
  return characters > kMaxNameLength ? name.substr(0, cut) + "..." : name;
}

std::string with_matrix(const std::string& name, const Instance& instance) {
  if (instance.name_parts.empty()) return shortened(name);
  return shortened(name + " (" + join(instance.name_parts, ", ") + ")");
}

}  // namespace

std::string Decision::why() const {
  const std::string_view verdict = runs ? "runs: " : "skipped: ";
  return reason.starts_with(verdict) ? reason.substr(verdict.size()) : reason;
}

Result<Expansion> expand_strategy(const Job& job, const expr::Scope& scope) {
  const StrategyValues values = CREMA_TRY(evaluate_strategy(job.strategy, scope));
  Expansion expansion;
  expansion.fail_fast = values.fail_fast;
  if (values.max_parallel >= 1)
    expansion.max_parallel = static_cast<std::size_t>(std::min(values.max_parallel, 1e9));
  const Token& written = job.strategy.matrix.is_null() ? job.strategy.whole : job.strategy.matrix;
  if (!values.matrix.is_null() || (job.strategy.matrix.kind == Token::Kind::expression))
    expansion.instances = CREMA_TRY(build_matrix(values.matrix, written));
  if (expansion.instances.empty()) expansion.instances.emplace_back();
  return expansion;
}

expr::Value strategy_context(const Expansion& expansion, const Instance& instance) {
  const std::size_t total = instance.total;
  const std::size_t parallel =
      expansion.max_parallel == 0 || instance.matrix.is_null() ? total : expansion.max_parallel;
  return expr::Value(expr::Object{{"fail-fast", expansion.fail_fast},
                                  {"job-index", static_cast<double>(instance.index)},
                                  {"job-total", static_cast<double>(total)},
                                  {"max-parallel", static_cast<double>(parallel)}});
}

Result<std::string> instance_name(const Job& job, const Instance& instance,
                                  const expr::Scope& scope, std::string_view prefix) {
  std::string name;
  if (job.name.kind == Token::Kind::expression) {
    expr::Scope inner = scope;
    inner.contexts["matrix"] = instance.matrix;
    name = shortened(CREMA_TRY(evaluate_text(job.name, inner)));
  } else if (!job.name.is_null()) {
    const std::string written = CREMA_TRY(evaluate_text(job.name, scope));
    if (!written.empty()) name = with_matrix(written, instance);
  }
  if (name.empty()) name = with_matrix(job.id, instance);
  return prefix.empty() ? name : std::string(prefix) + " / " + name;
}

}  // namespace crema::workflow
