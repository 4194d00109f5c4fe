// gitleaks/gitleaks-action: secrets in the files of the repository.
#include "builtins.h"
#include "inputs.h"
#include "scanner_program.h"

namespace crema::actions {
namespace {

// The real one takes no inputs: its settings are variables.
Result<> run_gitleaks(run::ActionContext& context) {
  std::vector<std::string> words{
      "detect",          "--no-git", "--redact",      "--exit-code",  "2",
      "--report-format", "sarif",    "--report-path", "results.sarif"};
  if (const auto config = context.variable("GITLEAKS_CONFIG"); !config.empty())
    words.insert(words.end(), {"--config", config});
  context.log("The files are scanned as they are; findings stand in results.sarif.");
  if (const auto licence = context.variable("GITLEAKS_LICENSE"); !licence.empty())
    context.add_mask(licence);
  auto ended = run_scanner(context, {.tool = "gitleaks", .words = std::move(words)});
  context.set_output("exit-code", ended ? "0" : "2");
  if (!ended && ended.error().code == "actions/findings")
    return fail("actions/findings", "secrets were found");
  return ended;
}

}  // namespace

const run::BuiltinAction kGitleaks{
    .name = "gitleaks/gitleaks-action",
    .versions = "v1-v2, without history and comments",
    .inputs = {},
    .main = run_gitleaks,
};

}  // namespace crema::actions
