#include "break_shell.h"

#include "output.h"

#include "crema/base/strings.h"
#include "crema/sys/process.h"

#include <fmt/format.h>

#include <iostream>
#include <string>

namespace crema::cli {

run::BreakAnswer BreakShell::on_failure(const run::BreakPoint& point) {
  const std::lock_guard lock(terminal_);
  const auto style = output_style(host_);
  print(fmt::format("\n{} {} {} {}: {}\n", style.paint(evidence::Tone::red, "stopped at"),
                    point.job_name, style.chevron(), point.step_name, point.error));
  print(fmt::format("  folder  {}\n", point.directory.string()));
  if (!point.script.empty())
    print(fmt::format("  script  {}  (edit it, then retry)\n", point.script.string()));
  while (true) {
    print("[s]hell, [r]etry, [c]ontinue, treat as s[u]ccess, [a]bort? ");
    std::string answer;
    if (!std::getline(std::cin, answer)) return run::BreakAnswer::carry_on;
    const auto word = to_lower(trim(answer));
    if (word == "r" || word == "retry") return run::BreakAnswer::retry;
    if (word == "c" || word == "continue") return run::BreakAnswer::carry_on;
    if (word == "u" || word == "success") return run::BreakAnswer::treat_as_success;
    if (word == "a" || word == "abort") return run::BreakAnswer::abort;
    if (word != "s" && word != "shell" && !word.empty()) continue;
    auto environment = point.environment;
    environment["PS1"] = "(crema) \\w $ ";
    environment["TERM"] = host_.variable("TERM").value_or("dumb");
    const sys::Command shell{.argv = {"bash", "--noprofile", "--norc", "-i"},
                             .environment = environment,
                             .working_directory = point.directory};
    if (const auto ended = sys::run_in_foreground(shell); !ended)
      print(ended.error().message + "\n");
  }
}

}  // namespace crema::cli
