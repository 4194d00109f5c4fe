#include "shell.h"

#include "crema/base/strings.h"

#include <array>

namespace crema::run {
namespace {

struct KnownShell {
  std::string_view name;
  std::string_view arguments;
  std::string_view ending;
};
constexpr std::array kShells{
    KnownShell{"bash", "--noprofile --norc -e -o pipefail {0}", ".sh"},
    KnownShell{"sh", "-e {0}", ".sh"},
    KnownShell{"python", "{0}", ".py"},
    KnownShell{"pwsh", "-command \". '{0}'\"", ".ps1"},
    KnownShell{"powershell", "-command \". '{0}'\"", ".ps1"},
};

const KnownShell* find_shell(std::string_view name) {
  for (const auto& shell : kShells) {
    if (shell.name == name) return &shell;
  }
  return nullptr;
}

// Splits a command line at blanks; double quotes keep blanks together.
std::vector<std::string> split_arguments(std::string_view text) {
  std::vector<std::string> out;
  std::string current;
  bool quoted = false;
  bool open = false;
  for (const char c : text) {
    if (c == '"') {
      quoted = !quoted;
      open = true;
    } else if ((c == ' ' || c == '\t') && !quoted) {
      if (open) out.push_back(std::move(current));
      current.clear();
      open = false;
    } else {
      current += c;
      open = true;
    }
  }
  if (open) out.push_back(std::move(current));
  return out;
}

std::string fix_up(std::string_view shell, std::string_view script) {
  if (shell != "pwsh" && shell != "powershell") return std::string(script);
  return "$ErrorActionPreference = 'stop'\n" + std::string(script) +
         "\nif ((Test-Path -LiteralPath variable:\\LASTEXITCODE)) { exit $LASTEXITCODE }";
}

}  // namespace

std::string_view script_ending(std::string_view shell) {
  if (shell.empty()) return ".sh";
  const auto* known = find_shell(shell.substr(0, shell.find(' ')));
  return known != nullptr && shell.find(' ') == std::string_view::npos ? known->ending : "";
}

Result<ShellCommand> shell_command(std::string_view shell, std::string_view script,
                                   const std::string& script_path, const HasProgram& has) {
  std::string program;
  std::string arguments;
  if (shell.empty()) {
    // Without `shell:` bash runs without pipefail, as on GitHub.
    program = has("bash") ? "bash" : "sh";
    arguments = "-e {0}";
  } else if (const auto* known = find_shell(shell)) {
    program = known->name;
    arguments = known->arguments;
  } else {
    const auto blank = shell.find(' ');
    program = shell.substr(0, blank);
    if (blank != std::string_view::npos) arguments = shell.substr(blank + 1);
    if (arguments.find("{0}") == std::string::npos) {
      auto error = make_error("run/bad-shell", "the shell '" + std::string(shell) +
                                                   "' has no {0} for the script's file");
      error.hint =
          "write one of bash, sh, python, pwsh, or a command line with {0}, as in `perl {0}`";
      error.exit_code = ExitCode::failed;
      return fail(std::move(error));
    }
  }
  // Debian has no `python`, only `python3`; GitHub's machines have both.
  if (program == "python" && !has("python") && has("python3")) program = "python3";
  ShellCommand command;
  command.script = fix_up(program, script);
  command.display = program + " " + arguments;
  command.argv = {program};
  for (auto& argument : split_arguments(arguments))
    command.argv.push_back(replace_all(argument, "{0}", script_path));
  return command;
}

}  // namespace crema::run
