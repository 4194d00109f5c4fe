// What can be said of a condition before a run: evaluated once with only what is certain, and once
// as if everything before it went well.
#pragma once

#include "crema/workflow/plan.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::workflow {

// What expressions see before a run, and what of it only the run will bring.
struct World {
  expr::Scope scope;
  expr::Unknowns unknowns;

  void set_status(std::string_view function, std::optional<bool> value);  // nullopt: unknown
};

// A world in which nothing but the contexts in `scope` is known.
World make_world(const expr::Scope& scope);

struct KnownValue {
  std::optional<expr::Value> value;  // nullopt: not known before the run
  std::string blocker;               // what it waits for: "needs.build.outputs.matrix"
};
Result<KnownValue> evaluate_known(const Token& token, const World& world);

struct Condition {
  const Token& token;
  std::string_view source;
  std::string unconditional;  // why it runs where there is no condition
  std::string blocked;        // why success() is certainly false; "" when it is not
  std::string expectation;    // "needs.build succeeds"
};

ConditionForecast forecast(const Condition& condition, const World& certain,
                           const World& all_succeeds);

}  // namespace crema::workflow
