// snyk/actions/*: vulnerable dependencies and infrastructure; one action a language, all alike
// here.
#include "builtins.h"
#include "go_tool.h"
#include "inputs.h"
#include "scanner_program.h"

#include "crema/base/strings.h"

#include <array>

namespace crema::actions {
namespace {

constexpr std::array kInputs = std::to_array<run::InputSpec>({
    {"command", "test"},
    {"args"},
    {"json", "false"},
});
constexpr std::array kIacInputs = std::to_array<run::InputSpec>({
    {"command", "test"},
    {"args"},
    {"json", "false"},
    {"file"},
    {"sarif", "true"},
});
constexpr std::array kImageInputs = std::to_array<run::InputSpec>({
    {"command", "container test"},
    {"image"},
    {"args"},
    {"file"},
    {"json", "false"},
    {"sarif", "true"},
});
constexpr std::array kSetupInputs = std::to_array<run::InputSpec>({
    {"snyk-version", "stable"},
    {"os"},
});

std::vector<std::string> command_of(const run::ActionContext& context) {
  std::vector<std::string> words;
  for (const auto word : split(std::string_view(trim(context.input("command"))), ' '))
    if (!word.empty()) words.emplace_back(word);
  return words;
}

void add_arguments(const run::ActionContext& context, std::vector<std::string>& words) {
  for (auto& word : shell_words(context.input("args"))) words.push_back(std::move(word));
  if (context.input_flag("json")) words.emplace_back("--json-file-output=snyk.json");
}

Result<> run_snyk(run::ActionContext& context) {
  const auto command = context.input("command");
  const std::string_view wanted = command;
  if (trim(wanted) == "monitor") {
    context.log("snyk monitor: nothing is sent to Snyk from here");
    return {};
  }
  auto words = command_of(context);
  add_arguments(context, words);
  return run_scanner(context, {.tool = "snyk", .words = std::move(words)});
}

Result<> run_iac(run::ActionContext& context) {
  std::vector<std::string> words{"iac"};
  for (auto& word : command_of(context))
    if (word != "iac") words.push_back(std::move(word));
  if (const auto file = context.input("file"); !file.empty()) words.push_back(file);
  if (context.input_flag("sarif")) words.emplace_back("--sarif-file-output=snyk.sarif");
  add_arguments(context, words);
  return run_scanner(context, {.tool = "snyk", .words = std::move(words)});
}

Result<> refuse_image(run::ActionContext&) {
  return fail("actions/not-supported", "not supported yet: images");
}

Result<> set_up(run::ActionContext& context) {
  context.log(context.find_program("snyk") ? "snyk of this machine is used"
                                           : "`snyk` is `crema scan-as snyk` here");
  return {};
}

constexpr std::string_view kVersions = "all, without Snyk's own data";

constexpr run::BuiltinAction language(std::string_view name) {
  return {.name = name, .versions = kVersions, .inputs = kInputs, .main = run_snyk};
}

}  // namespace

const run::BuiltinAction kSnykGolang = language("snyk/actions/golang");
const run::BuiltinAction kSnykNode = language("snyk/actions/node");
const run::BuiltinAction kSnykPython = language("snyk/actions/python");
const run::BuiltinAction kSnykMaven = language("snyk/actions/maven");
const run::BuiltinAction kSnykGradle = language("snyk/actions/gradle");
const run::BuiltinAction kSnykPhp = language("snyk/actions/php");
const run::BuiltinAction kSnykRuby = language("snyk/actions/ruby");
const run::BuiltinAction kSnykDotnet = language("snyk/actions/dotnet");
const run::BuiltinAction kSnykIac{
    .name = "snyk/actions/iac", .versions = kVersions, .inputs = kIacInputs, .main = run_iac};
const run::BuiltinAction kSnykDocker{.name = "snyk/actions/docker",
                                     .versions = "none: images are not supported yet",
                                     .inputs = kImageInputs,
                                     .main = refuse_image};
const run::BuiltinAction kSnykSetup{
    .name = "snyk/actions/setup", .versions = kVersions, .inputs = kSetupInputs, .main = set_up};

}  // namespace crema::actions
