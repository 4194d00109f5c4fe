// grafana/run-k6-action: finds load test scripts, checks each, and runs them one by one or beside
// each other on this machine.
#include "builtins.h"
#include "go_tool.h"
#include "inputs.h"
#include "k6_program.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <array>

namespace crema::actions {
namespace {

constexpr std::array kInputs = std::to_array<run::InputSpec>({
    {"github-token"},
    {"path", "", true},
    {"parallel", "false"},
    {"fail-fast", "false"},
    {"flags"},
    {"inspect-flags"},
    {"cloud-run-locally", "true"},
    {"cloud-comment-on-pr", "true"},
    {"only-verify-scripts", "false"},
    {"debug", "false"},
    {"disable-analytics", "false"},
});

constexpr std::array kWithoutEffect = std::to_array<WithoutEffect>({
    {"github-token", "nothing is written on github.com"},
    {"cloud-comment-on-pr", "there are no comments here"},
    {"debug", "all that the test says is shown"},
    {"disable-analytics", "nothing is reported in any case"},
});

// Runs the scripts beside each other. `wait -n` would be shorter, and misses what ended before it.
constexpr std::string_view kBesideEachOther = R"sh(
fail_fast=$1 words=$2
shift 2
command=("${@:1:words}")
shift "$words"
pids=()
for script; do "${command[@]}" "$script" & pids+=($!); done
failed=0
note() { wait "$1" || { code=$?; [ "$failed" != 0 ] || failed=$code; }; }
if [ "$fail_fast" = true ]; then
  while [ "${#pids[@]}" != 0 ] && [ "$failed" = 0 ]; do
    sleep 0.2
    running=()
    for pid in "${pids[@]}"; do
      if kill -0 "$pid" 2>/dev/null; then running+=("$pid"); else note "$pid"; fi
    done
    pids=("${running[@]}")
  done
  # What runs in the background ignores an interrupt.
  [ "${#pids[@]}" = 0 ] || kill -TERM "${pids[@]}" 2>/dev/null
  wait
  exit "$failed"
fi
for pid in "${pids[@]}"; do note "$pid"; done
exit "$failed"
)sh";

Result<std::vector<std::string>> find_scripts(const run::ActionContext& context) {
  const auto walk = CREMA_TRY(run::GlobWalk::create(context.input_lines("path"),
                                                    glob_place(context), {.match_folders = false}));
  std::vector<std::string> scripts;
  for (const auto& match : CREMA_TRY(walk.find()))
    if (!match.folder) scripts.push_back(match.path.string());
  if (scripts.empty())
    return fail("actions/no-scripts",
                fmt::format("No test files found: {}", join(context.input_lines("path"), ", ")));
  return scripts;
}

std::string shown(const run::ActionContext& context, const std::string& script) {
  return std::filesystem::path(script).lexically_proximate(context.workspace()).string();
}

Result<std::vector<std::string>> valid_scripts(run::ActionContext& context) {
  const auto all = CREMA_TRY(find_scripts(context));
  std::vector<std::string> valid;
  for (const auto& script : all) {
    auto argv = k6_program(context);
    argv.insert(argv.end(), {"inspect", "--execution-requirements"});
    for (auto& word : shell_words(context.input("inspect-flags"))) argv.push_back(std::move(word));
    argv.push_back(script);
    const auto inspected = CREMA_TRY(context.capture(std::move(argv)));
    if (inspected.exit.ok())
      valid.push_back(script);
    else
      context.log(inspected.output);
  }
  context.log(fmt::format("{} of {} test files are valid", valid.size(), all.size()));
  for (const auto& script : valid) context.log("  " + shown(context, script));
  if (valid.empty()) return fail("actions/no-scripts", "No valid test files found");
  return valid;
}

Result<> check_cloud(run::ActionContext& context) {
  if (context.variable("K6_CLOUD_TOKEN").empty()) return {};
  if (!context.input_flag("cloud-run-locally"))
    return fail("actions/not-supported",
                "not supported: cloud-run-locally: false with a K6_CLOUD_TOKEN, a test in Grafana "
                "Cloud; without it the test runs on this machine");
  context.log("K6_CLOUD_TOKEN is set: the tests run here, and nothing is sent to Grafana Cloud");
  return {};
}

Result<> run_beside_each_other(run::ActionContext& context, std::vector<std::string> command,
                               const std::vector<std::string>& scripts) {
  std::vector<std::string> argv{"bash",
                                "-c",
                                std::string(kBesideEachOther),
                                "k6",
                                context.input_flag("fail-fast") ? "true" : "false",
                                std::to_string(command.size())};
  argv.insert(argv.end(), command.begin(), command.end());
  argv.insert(argv.end(), scripts.begin(), scripts.end());
  const auto ended = CREMA_TRY(context.execute(std::move(argv)));
  if (ended.ok()) return {};
  return fail("actions/load-test", fmt::format("a load test ended with exit code {}{}", ended.code,
                                               k6_exit_text(ended.code)));
}

Result<> run_one_by_one(run::ActionContext& context, const std::vector<std::string>& command,
                        const std::vector<std::string>& scripts) {
  std::vector<std::string> failures;
  for (const auto& script : scripts) {
    auto argv = command;
    argv.push_back(script);
    const auto ended = CREMA_TRY(context.execute(std::move(argv)));
    if (ended.ok()) continue;
    failures.push_back(fmt::format("{} ended with exit code {}{}", shown(context, script),
                                   ended.code, k6_exit_text(ended.code)));
    if (context.input_flag("fail-fast")) break;
  }
  if (failures.empty()) return {};
  return fail("actions/load-test", join(failures, "; "));
}

Result<> run_k6(run::ActionContext& context) {
  CREMA_TRY(check_required(context, kInputs));
  say_without_effect(context, kInputs, kWithoutEffect);
  CREMA_TRY(check_cloud(context));
  const auto scripts = CREMA_TRY(valid_scripts(context));
  if (context.input_flag("only-verify-scripts")) return {};
  auto command = k6_program(context);
  command.emplace_back("run");
  for (auto& word : shell_words(context.input("flags"))) command.push_back(std::move(word));
  if (context.input_flag("parallel") && scripts.size() > 1)
    return run_beside_each_other(context, std::move(command), scripts);
  return run_one_by_one(context, command, scripts);
}

}  // namespace

const run::BuiltinAction kRunK6{
    .name = "grafana/run-k6-action",
    .versions = "v1, without Grafana Cloud",
    .inputs = kInputs,
    .main = run_k6,
};

}  // namespace crema::actions
