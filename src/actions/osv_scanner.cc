// google/osv-scanner-action and golang/govulncheck-action: vulnerable dependencies.
#include "builtins.h"
#include "inputs.h"
#include "scanner_program.h"

#include <array>

namespace crema::actions {
namespace {

constexpr std::array kOsvInputs = std::to_array<run::InputSpec>({
    {"scan-args", "--recursive\n./"},
});

constexpr std::array kGoInputs = std::to_array<run::InputSpec>({
    {"go-version-input"},
    {"check-latest", "false"},
    {"cache", "true"},
    {"go-version-file"},
    {"go-package", "./..."},
    {"work-dir", "."},
    {"repo-checkout", "true"},
    {"output-format", "text"},
    {"output-file"},
});

constexpr std::array kWithoutEffect = std::to_array<WithoutEffect>({
    {"go-version-input", "the dependencies are read from go.mod, without a toolchain"},
    {"go-version-file", "the dependencies are read from go.mod, without a toolchain"},
});

Result<> run_osv(run::ActionContext& context) {
  std::vector<std::string> words = context.input_lines("scan-args");
  return run_scanner(context, {.tool = "osv-scanner", .words = std::move(words)});
}

Result<> run_govulncheck(run::ActionContext& context) {
  say_without_effect(context, kGoInputs, kWithoutEffect);
  const auto format = context.input("output-format");
  std::vector<std::string> words{"-C", context.input("work-dir")};
  if (!format.empty() && format != "text") words.insert(words.end(), {"-format", format});
  words.push_back(context.input("go-package"));
  return run_scanner(
      context,
      {.tool = "govulncheck", .words = std::move(words), .output = context.input("output-file")});
}

}  // namespace

const run::BuiltinAction kOsvScanner{
    .name = "google/osv-scanner-action/osv-scanner-action",
    .versions = "v1-v2",
    .inputs = kOsvInputs,
    .main = run_osv,
};
const run::BuiltinAction kGovulncheck{
    .name = "golang/govulncheck-action",
    .versions = "v1, by go.mod and imports",
    .inputs = kGoInputs,
    .main = run_govulncheck,
};

}  // namespace crema::actions
