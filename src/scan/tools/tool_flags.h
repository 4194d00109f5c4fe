// What each flag of each tool means to crema: the table behind read_tool_arguments.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace crema::scan {

enum class FlagMeaning : std::uint8_t {
  nothing,         // harmless: colours, verbosity, time limits
  without_effect,  // it asks for something that is not done here: told to people
  not_supported,   // without it the answer would be another one: refused
  severities,      // a list
  least_severity,  // this one and worse
  found_code,      // a number
  pass,            // end with 0 whatever is found
  format,
  output,
  output_folder,  // checkov writes results_sarif.sarif and the like into it
  sarif_file,
  json_file,
  json,  // a flag of its own for the format
  sarif,
  only,  // rules
  skipped,
  frameworks,
  scanners,  // trivy's: vuln, misconfig, secret
  path,
  config,
  skipped_paths,
  only_fixable,
  depth,  // govulncheck's: symbol, package, module
};

struct ToolFlag {
  std::string_view name;   // "--severity"
  std::string_view other;  // "-s"; "" without one
  FlagMeaning meaning = FlagMeaning::nothing;
  bool takes_value = false;
};

struct ToolCommand {
  std::string_view tool;
  std::string_view words;      // what it is called with first: "fs", "config"; "" for none
  std::string_view families;   // "deps secrets"
  std::string_view framework;  // "dockerfile"; "" for all
  int found_code = 1;
  std::string_view refused;  // why crema cannot do it; "" where it can
};

std::span<const ToolCommand> tool_commands();
std::span<const ToolFlag> tool_flags(std::string_view tool);

}  // namespace crema::scan
