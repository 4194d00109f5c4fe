#include "forecast.h"

#include "reason.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::workflow {
namespace {

using expr::Certainty;
using expr::PartialValue;
using expr::TraceEntry;

constexpr std::array<std::string_view, 10> kContexts = {
    "secrets", "env", "needs", "strategy", "matrix", "steps", "job", "runner", "jobs", "vars"};

// The innermost thing that is not known: an access or a call.
std::string blocker_in(const std::vector<TraceEntry>& trace) {
  for (const TraceEntry& entry : trace)
    if (entry.certainty == Certainty::unknown && entry.text.find(' ') == std::string::npos &&
        !entry.text.starts_with('!'))
      return entry.text;
  for (const TraceEntry& entry : trace)
    if (entry.certainty == Certainty::unknown) return entry.text;
  return "";
}

struct Evaluated {
  PartialValue value;
  std::vector<TraceEntry> trace;
};

Result<Evaluated> evaluate_condition(const Token& token, const World& world) {
  Evaluated result;
  if (!token.expression) {
    result.value.value =
        token.is_null() ? expr::Value(true) : CREMA_TRY(evaluate(token, world.scope));
    return result;
  }
  expr::Scope scope = world.scope;
  scope.trace = &result.trace;
  Result<PartialValue> value = token.expression->evaluate_known(scope, world.unknowns);
  if (!value) {
    Diagnostic error = std::move(value).error();
    if (!error.span.known()) error.span = token.span;
    return crema::fail(std::move(error));
  }
  result.value = std::move(*value);
  return result;
}

std::string explain_false(const Evaluated& result, const Condition& condition) {
  const TraceEntry* part = falsifying_part(result.trace);
  if (part == nullptr) return fmt::format("`if` is {}", trim(condition.source));
  if (to_lower(part->text) == "success()" && !condition.blocked.empty()) return condition.blocked;
  if (part != &result.trace.back()) return explain_part(result.trace, *part);
  const auto written = as_written(result.trace, condition.source);
  return explain_part(written, written.back());
}

std::string explain_true(const Evaluated& result, const Condition& condition) {
  if (trim(condition.source).empty()) return condition.unconditional;
  if (result.trace.empty()) return fmt::format("`if` is {}", trim(condition.source));
  const auto written = as_written(result.trace, condition.source);
  return explain_part(written, written.back());
}

void settle(ConditionForecast& forecast, const Evaluated& certain, const Evaluated& expected,
            const Condition& condition) {
  if (certain.value.certainty != Certainty::unknown) {
    const bool runs = certain.value.value.truthy();
    forecast.forecast = runs ? Forecast::runs : Forecast::skipped;
    forecast.reason = runs ? "runs: " + explain_true(certain, condition)
                           : "skipped: " + explain_false(certain, condition);
    return;
  }
  if (expected.value.certainty == Certainty::unknown) {
    forecast.forecast = Forecast::unknown;
    forecast.reason =
        fmt::format("decided at run time: it depends on {}", blocker_in(expected.trace));
    return;
  }
  if (expected.value.value.truthy()) {
    forecast.forecast = Forecast::runs_if_all_succeeds;
    forecast.reason = fmt::format("runs if {}", condition.expectation);
    if (!trim(condition.source).empty() && named_by_author(condition.source))
      forecast.reason += fmt::format(": then {}", explain_true(expected, condition));
    return;
  }
  forecast.forecast = Forecast::skipped_if_all_succeeds;
  forecast.reason = fmt::format("skipped if {}: then {}", condition.expectation,
                                explain_false(expected, condition));
}

}  // namespace

std::string_view to_text(Forecast forecast) {
  switch (forecast) {
    case Forecast::runs:
      return "runs";
    case Forecast::skipped:
      return "skipped";
    case Forecast::runs_if_all_succeeds:
      return "runs-if-all-succeeds";
    case Forecast::skipped_if_all_succeeds:
      return "skipped-if-all-succeeds";
    case Forecast::unknown:
      return "unknown";
  }
  return "";
}

void World::set_status(std::string_view function, std::optional<bool> value) {
  const std::string name(function);
  unknowns.functions.erase(name);
  if (!value) {
    unknowns.functions.insert(name);
    return;
  }
  scope.functions[name] = [value = *value](std::span<const expr::Value>) {
    return Result<expr::Value>(expr::Value(value));
  };
}

World make_world(const expr::Scope& scope) {
  World world{.scope = scope, .unknowns = {.paths = {}, .functions = {"hashFiles"}}};
  for (const std::string_view context : kContexts)
    if (!scope.contexts.contains(std::string(context))) world.unknowns.paths.emplace_back(context);
  world.set_status("always", true);
  world.set_status("cancelled", false);
  return world;
}

Result<KnownValue> evaluate_known(const Token& token, const World& world) {
  KnownValue known;
  if (token.kind == Token::Kind::expression) {
    const Evaluated result = CREMA_TRY(evaluate_condition(token, world));
    if (result.value.certainty == Certainty::exact)
      known.value = result.value.value;
    else
      known.blocker = blocker_in(result.trace);
    return known;
  }
  for (const Token& item : token.items)
    if (KnownValue part = CREMA_TRY(evaluate_known(item, world)); !part.value) return part;
  for (const auto& [key, value] : token.entries) {
    if (key.kind != Token::Kind::insert)
      if (KnownValue part = CREMA_TRY(evaluate_known(key, world)); !part.value) return part;
    if (KnownValue part = CREMA_TRY(evaluate_known(value, world)); !part.value) return part;
  }
  known.value = CREMA_TRY(evaluate(token, world.scope));
  return known;
}

ConditionForecast forecast(const Condition& condition, const World& certain,
                           const World& all_succeeds) {
  ConditionForecast result;
  result.source = condition.source;
  Result<Evaluated> sure = evaluate_condition(condition.token, certain);
  const Result<Evaluated> expected = evaluate_condition(condition.token, all_succeeds);
  if (!sure || !expected) {
    result.error = sure ? expected.error() : sure.error();
    result.reason = "fails: `if` cannot be evaluated: " + result.error->message;
    return result;
  }
  settle(result, *sure, *expected, condition);
  result.parts = std::move(sure->trace);
  return result;
}

}  // namespace crema::workflow
