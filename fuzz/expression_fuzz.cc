// Feeds any bytes to the expression parser, evaluator and JSON reader, and holds them to what they
// promise: no crash; the canonical text is an expression of the same meaning; JSON survives a
// round trip; a partial evaluation that calls itself exact agrees with the full one.
#include "crema/expr/expression.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

using crema::expr::Certainty;
using crema::expr::Expression;
using crema::expr::Scope;
using crema::expr::Unknowns;
using crema::expr::Value;
using crema::expr::Vocabulary;

Scope make_scope() {
  Scope scope;
  scope.max_memory = 1 << 20;
  scope.contexts["github"] = *crema::expr::from_json(
      R"({"ref": "refs/heads/main", "event": {"list": [{"n": 1}, {"n": "two"}, []], "x": null}})");
  scope.contexts["needs"] = *crema::expr::from_json(R"({"a": {"result": "success"}})");
  scope.functions["success"] = [](std::span<const Value>) {
    return crema::Result<Value>(Value(true));
  };
  return scope;
}

void require(bool holds) {
  if (!holds) std::abort();
}

void check_expression(std::string_view text) {
  static const Vocabulary kVocabulary{.contexts = {"github", "needs"},
                                      .functions = {{"success", 0, 1}}};
  static const Unknowns kUnknowns{.paths = {"needs.a.outputs"}, .functions = {}};
  static const Scope kScope = make_scope();
  const auto expression = Expression::parse(text, kVocabulary);
  if (!expression) return;
  const auto value = expression->evaluate(kScope);
  const auto partial = expression->evaluate_known(kScope, kUnknowns);
  if (value && partial && partial->certainty == Certainty::exact)
    require(to_json(partial->value) == to_json(*value));
  const std::string canonical = expression->canonical();
  const auto again = Expression::parse(canonical, kVocabulary);
  if (!again) {
    // A canonical text may outgrow the limit of length; nothing else may be wrong with it.
    require(canonical.size() > text.size());
    return;
  }
  const auto same = again->evaluate(kScope);
  require(again->canonical() == canonical && same.has_value() == value.has_value());
}

void check_json(std::string_view text) {
  const auto value = crema::expr::from_json(text);
  if (!value) return;
  const std::string json = to_json(*value);
  const auto again = crema::expr::from_json(json);
  require(again.has_value() && to_json(*again) == json);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_expression(text);
  check_json(text);
  return 0;
}
