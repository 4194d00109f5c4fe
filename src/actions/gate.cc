// crema/gate: the evidence of the run so far against the policy, as a step. The program itself does
// it: it is on every job's PATH.
#include "builtins.h"
#include "inputs.h"

#include "crema/run/action.h"

#include <array>

namespace crema::actions {
namespace {

constexpr std::array kInputs = std::to_array<run::InputSpec>({
    {"policy"},
    {"fail", "true"},
});

Result<> gate(run::ActionContext& context) {
  std::vector<std::string> words = {"crema", "gate"};
  if (const auto policy = context.input("policy"); !policy.empty())
    words.insert(words.end(), {"--policy", resolve_path(context, policy).string()});
  const auto shown = CREMA_TRY(context.execute(words, context.workspace()));
  constexpr int kClosed = 1;
  if (!shown.ok() && shown.code != kClosed)
    return fail("actions/gate", "the gate could not be judged");
  // Once more for whoever goes on with it: nothing has changed in between.
  words.insert(words.end(), {"--format", "json"});
  auto verdict = CREMA_TRY(context.capture(std::move(words), context.workspace(),
                                           {{"GITHUB_STEP_SUMMARY", "/dev/null"}}));
  context.set_output("passed", shown.ok() ? "true" : "false");
  context.set_output("verdict", std::move(verdict.output));
  if (shown.ok() || !context.input_flag("fail")) return {};
  return fail("actions/gate-closed", "the gate is closed");
}

}  // namespace

const run::BuiltinAction kGate{
    .name = "crema/gate",
    .versions = "its own",
    .inputs = kInputs,
    .main = gate,
};

}  // namespace crema::actions
