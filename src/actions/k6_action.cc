// grafana/k6-action, the older one: runs one load test script on this machine.
#include "builtins.h"
#include "go_tool.h"
#include "inputs.h"
#include "k6_program.h"

#include <fmt/format.h>

#include <array>

namespace crema::actions {
namespace {

constexpr std::array kInputs = std::to_array<run::InputSpec>({
    {"cloud", "false"},
    {"token"},
    {"filename", "test.js"},
    {"flags"},
});

constexpr std::array kWithoutEffect = std::to_array<WithoutEffect>({
    {"token", "nothing is sent to Grafana Cloud"},
});

Result<> run_script(run::ActionContext& context) {
  if (const auto token = context.input("token"); !token.empty()) context.add_mask(token);
  if (context.input_flag("cloud"))
    return fail("actions/not-supported",
                "not supported: cloud: true, a test in Grafana Cloud; without it the test runs on "
                "this machine");
  say_without_effect(context, kInputs, kWithoutEffect);
  auto argv = k6_program(context);
  const auto given = context.input("filename");
  const std::string script = given.empty() ? "test.js" : given;
  argv.insert(argv.end(), {"run", script});
  for (auto& word : shell_words(context.input("flags"))) argv.push_back(std::move(word));
  const auto ended = CREMA_TRY(context.execute(std::move(argv)));
  if (ended.ok()) return {};
  return fail("actions/load-test", fmt::format("{} ended with exit code {}{}", script, ended.code,
                                               k6_exit_text(ended.code)));
}

}  // namespace

const run::BuiltinAction kK6{
    .name = "grafana/k6-action",
    .versions = "v0.1-v0.3, without Grafana Cloud",
    .inputs = kInputs,
    .main = run_script,
};

}  // namespace crema::actions
