#include "scanner_program.h"

#include "inputs.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

namespace crema::actions {
namespace {

std::vector<std::string> program_of(const run::ActionContext& context, std::string_view tool) {
  if (context.find_program(tool)) return {std::string(tool)};
  return {context.host().executable.string(), "scan-as", std::string(tool)};
}

// The output is kept and shown: what goes to a file is what people look for in the log as well.
Result<sys::Exit> run_into(run::ActionContext& context, std::vector<std::string> argv,
                           const std::string& output) {
  constexpr std::string_view kKeep =
      R"sh(out=$1; shift; "$@" >"$out"; code=$?; cat "$out"; exit $code)sh";
  std::vector<std::string> shell{"bash", "-c", std::string(kKeep), "scanner",
                                 resolve_path(context, output).string()};
  shell.insert(shell.end(), argv.begin(), argv.end());
  return context.execute(std::move(shell));
}

}  // namespace

std::vector<std::string> flags_of(const run::ActionContext& context,
                                  std::span<const InputFlag> table) {
  std::vector<std::string> words;
  for (const auto& [input, flag, how] : table) {
    if (how == InputFlag::How::when_true) {
      if (context.input_flag(input)) words.emplace_back(flag);
      continue;
    }
    const auto lines = how == InputFlag::How::each_line
                           ? context.input_lines(input)
                           : std::vector{std::string(trim(context.input(input)))};
    for (const auto& line : lines) {
      if (line.empty()) continue;
      words.emplace_back(flag);
      words.push_back(line);
    }
  }
  return words;
}

Result<> run_scanner(run::ActionContext& context, const ScannerRun& run) {
  auto argv = program_of(context, run.tool);
  argv.insert(argv.end(), run.words.begin(), run.words.end());
  const auto ended = CREMA_TRY(run.output.empty() ? context.execute(std::move(argv))
                                                  : run_into(context, std::move(argv), run.output));
  if (ended.ok()) return {};
  return fail("actions/findings", fmt::format("{} ended with exit code {}", run.tool, ended.code));
}

}  // namespace crema::actions
