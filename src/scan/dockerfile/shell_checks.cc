// What RUN does in the shell.
#include "checks.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

namespace crema::scan {
namespace {

using dockerfile::Verb;
using shell::Command;

bool is_shell(const Command& command) {
  constexpr std::string_view kShells[] = {"sh",     "bash",    "ash",  "dash", "zsh", "ksh",
                                          "python", "python3", "perl", "node", "ruby"};
  return std::ranges::find(kShells, shell::program_of(command)) != std::end(kShells);
}

bool is_download(const Command& command) {
  const auto program = shell::program_of(command);
  return program == "curl" || program == "wget";
}

bool sets_pipefail(const Command& command) {
  return (command.name.text == "set" || is_shell(command)) &&
         std::ranges::any_of(command.arguments,
                             [](const auto& word) { return word.text == "pipefail"; });
}

void pipe_without_pipefail(const Build& build, DockerfileReport& report) {
  for (const auto& step : build.steps()) {
    if (step.has_pipefail || step.on_build || !step.commands.has_pipe) continue;
    bool safe = false;
    for (const auto& command : step.commands.commands) {
      safe = safe || sets_pipefail(command);
      if (safe || !command.piped) continue;
      report.add_command(step, command,
                         fmt::format("When `{}` fails nobody notices: only the last command of a "
                                     "pipe counts",
                                     shell::program_of(command)));
      break;
    }
  }
}

// curl URL | sh, sh -c "$(curl URL)", bash <(curl URL).
void download_executed(const Build& build, DockerfileReport& report) {
  for (const auto& step : build.steps()) {
    const auto& commands = step.commands.commands;
    const Command* download = nullptr;
    for (std::size_t i = 0; i < commands.size(); ++i) {
      const auto& command = commands[i];
      if (is_download(command)) download = &command;
      const bool reads = command.from_pipe && is_shell(command);
      const bool holds =
          is_shell(command) && std::ranges::any_of(command.arguments, [](const shell::Word& word) {
            return word.text.find("$(curl") != std::string::npos ||
                   word.text.find("$(wget") != std::string::npos ||
                   word.text.starts_with("<(curl") || word.text.starts_with("<(wget");
          });
      if (!holds && !(reads && download != nullptr)) {
        if (!command.piped && !is_download(command)) download = nullptr;
        continue;
      }
      report.add_command(
          step, command,
          fmt::format("`{}` runs whatever the server answers", shell::program_of(command)));
      break;
    }
  }
}

void curl_and_wget(const Build& build, DockerfileReport& report) {
  std::set<std::string_view> seen;
  std::size_t stage = kNoStage;
  for (const auto& step : build.steps()) {
    if (step.stage != stage) seen.clear();
    stage = step.stage;
    const Command* second = nullptr;
    for (const auto& command : step.commands.commands) {
      if (!is_download(command)) continue;
      seen.insert(shell::program_of(command));
      if (seen.size() > 1) second = &command;
    }
    if (second != nullptr)
      report.add_command(step, *second, "curl and wget are both used where one is enough");
  }
}

std::string flags_of(const BuildStep& step) {
  std::string all;
  for (const auto& flag : step.instruction->flags) all += flag.name + "=" + flag.value + "\n";
  return all;
}

// Scripts of several commands were most likely put into RUNs of their own on purpose.
void consecutive_runs(const Build& build, DockerfileReport& report) {
  constexpr std::size_t kLongScript = 1;
  const BuildStep* before = nullptr;
  for (const auto& step : build.steps()) {
    const bool run = step.is(Verb::run) && !step.on_build;
    if (run && before != nullptr && flags_of(*before) == flags_of(step) &&
        before->commands.commands.size() <= kLongScript &&
        step.commands.commands.size() <= kLongScript) {
      report.add(step, "One RUN after another: each makes a layer");
      report.also(*before, {}, "the one before");
    } else {
      before = run ? &step : nullptr;
    }
  }
}

// The address of a download without TLS, of another machine than this one.
std::string_view plain_address(std::string_view word) {
  constexpr std::string_view kScheme = "http://";
  const auto at = word.find(kScheme);
  if (at == std::string_view::npos) return "";
  const auto address = word.substr(at, word.find_first_of(" \t\"';|&)>", at) - at);
  const auto host = address.substr(kScheme.size());
  for (const std::string_view local : {"localhost", "127.", "[::1]", "0.0.0.0"})
    if (host.starts_with(local)) return "";
  return address;
}

void plain_http(const Build& build, DockerfileReport& report) {
  for (const auto& step : build.steps()) {
    if (step.is(Verb::add))
      for (const auto& word : step.instruction->words)
        if (const auto address = plain_address(word.text); !address.empty())
          report.add(step, word, fmt::format("`{}` can be changed on the way", address));
    for (const auto& command : step.commands.commands) {
      const auto found = std::ranges::find_if(command.arguments, [](const shell::Word& word) {
        return !plain_address(word.text).empty();
      });
      if (found == command.arguments.end() || command.name.text == "echo") continue;
      report.add_command(step, command, *found,
                         fmt::format("`{}` can be changed on the way", plain_address(found->text)));
      break;
    }
  }
}

constexpr DockerfileCheck kChecks[] = {
    {"pipe-without-pipefail", pipe_without_pipefail},
    {"download-executed", download_executed},
    {"curl-and-wget", curl_and_wget},
    {"consecutive-runs", consecutive_runs},
    {"plain-http", plain_http},
};

}  // namespace

std::span<const DockerfileCheck> shell_checks() { return kChecks; }

}  // namespace crema::scan
