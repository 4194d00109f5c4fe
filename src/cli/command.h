// A command of crema and the table of all of them: adding one is its .cc, its .md and one line in
// command.cc.
#pragma once

#include "crema/base/result.h"
#include "crema/sys/host.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::cli {

// What main hands to a command.
struct CommandContext {
  const sys::Host& host;
  std::vector<std::string> arguments;  // after the command's name
};

struct Command {
  std::string_view name;
  std::string_view summary;
  int (*run)(CommandContext& context);  // the process's exit code
};

std::span<const Command> commands();
const Command* find_command(std::string_view name);

// The manual page of a command (its .md), "" when there is none.
std::string_view manual(std::string_view command);

// Draws a diagnostic on standard error and gives its exit code.
int report(const Diagnostic& diagnostic, const sys::Host& host);

int run_run(CommandContext& context);
int run_resume(CommandContext& context);
int run_plan(CommandContext& context);
int run_lint(CommandContext& context);
int run_explain(CommandContext& context);
int run_list(CommandContext& context);
int run_show(CommandContext& context);
int run_logs(CommandContext& context);
int run_test(CommandContext& context);
int run_import(CommandContext& context);
int run_cover(CommandContext& context);
int run_load(CommandContext& context);
int run_scan(CommandContext& context);
int run_scan_as(CommandContext& context);
int run_gate(CommandContext& context);
int run_db(CommandContext& context);
int run_sbom(CommandContext& context);
int run_fix(CommandContext& context);
int run_report(CommandContext& context);

}  // namespace crema::cli
