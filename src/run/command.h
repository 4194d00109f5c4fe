// Workflow commands: what a line like `::error file=a.go,line=3::text` asks for.
// Reference: actions/runner ActionCommand.
#pragma once

#include "crema/base/strings.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace crema::run {

struct WorkflowCommand {
  std::string name;  // as written; compare ignoring case
  std::map<std::string, std::string, IgnoreCaseLess> properties;  // without empty values
  std::string data;

  std::string property(std::string_view key) const;
};

// `::name k=v,k2=v2::data` at the start of a line (blanks allowed before it), or the older
// `##[name k=v;k2=v2]data` anywhere in it. Any name is accepted: who calls knows which exist.
std::optional<WorkflowCommand> parse_command(std::string_view line);

}  // namespace crema::run
