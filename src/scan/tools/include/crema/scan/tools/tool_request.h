// The command lines of other scanners, read as what `crema scan` is to do: `trivy fs --scanners
// misconfig --severity HIGH,CRITICAL --exit-code 1 .` and the like. Pure.
#pragma once

#include "crema/base/result.h"

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

struct ToolRequest {
  std::string tool;                        // "trivy"
  std::vector<std::string> families;       // of crema scan; empty: all
  std::vector<std::string> frameworks;     // empty: all of the families
  std::vector<std::string> only, skipped;  // rules, by the tool's own names
  std::vector<std::string> paths;          // empty: the folder it is started in
  std::set<std::string> severities;        // "high", "critical"; empty: all
  bool only_fixable = false;               // dependencies without a fix are left out
  bool only_used = false;                  // dependencies whose code is not used are left out
  enum class Format : std::uint8_t { text, json, sarif, junit };
  Format format = Format::text;
  std::string output;                      // a file; "" for the standard output
  std::string sarif_file, json_file;       // beside `output`, where the tool writes several
  std::string config;                      // gitleaks' TOML
  std::vector<std::string> skipped_paths;  // patterns; what lies there is left out
  int found_code = 1;                      // the exit code where something is found
  std::vector<std::string> remarks;        // what is asked for and changes nothing here
};

// The tools whose command lines are read, by name.
std::vector<std::string_view> known_tools();

// Errors are "tool/unknown", "tool/usage" for what the tool itself would refuse, and
// "tool/not-supported" with a hint for what crema cannot do yet: images, history, code.
Result<ToolRequest> read_tool_arguments(std::string_view tool, std::span<const std::string> words);

// The tool's exit code: `found` things that count, and whether its output is for people.
// (govulncheck ends with 0 whenever it writes JSON or SARIF.)
int tool_exit_code(const ToolRequest& request, std::size_t found);

}  // namespace crema::scan
