// The programs and actions that look for what is wrong with a repository, and where a workflow runs
// one of them.
#pragma once

#include "shell_commands.h"
#include "workflow_file.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

enum class Target : std::uint8_t { repository, image, website };

// One use of a tool in a file.
struct SecurityUse {
  std::string_view tool;  // "gosec"
  const Step* step = nullptr;
  std::optional<ShellCommand> command;  // of a script; none: the step is an action
  Target target = Target::repository;

  Place place(const WorkflowFile& file) const;
};

std::vector<SecurityUse> security_uses(const WorkflowFile& file);

// Why its exit code says that all is well whatever it finds: "`exit-code` is 0 unless it is set".
// "" where it does not. By the tool's own words alone.
std::string told_to_pass(const SecurityUse& use);
// The file that the tool writes its report to; "" where it writes to the terminal.
std::string report_of(const SecurityUse& use);
// Whether the report is SARIF.
bool writes_sarif(const SecurityUse& use);

// A program's module as its makers publish it, for those that are installed by a path: "gosec" is
// "github.com/securego/gosec". Empty for a program that is not in the table.
std::vector<std::string_view> modules_of(std::string_view program);
// Whether a word names a security tool that package managers install: "checkov", "snyk".
std::string_view tool_of_package(std::string_view package);

}  // namespace crema::scan
