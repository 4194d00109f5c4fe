// What a SARIF 2.1.0 file says, as far as a run shows it: results with level, rule and place.
#pragma once

#include "crema/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crema::actions {

enum class SarifLevel : std::uint8_t { none, note, warning, error };

struct SarifResult {
  SarifLevel level = SarifLevel::warning;
  std::string rule, message;
  std::string file;
  std::uint32_t line = 0, end_line = 0, column = 0, end_column = 0;
  bool suppressed = false;
};

struct SarifRun {
  std::string tool;
  std::vector<SarifResult> results;
};

// Checks what GitHub would refuse: JSON, version 2.1.0, runs with a tool's name, results with a
// message. Fails with "actions/bad-sarif", naming `file` and the part.
Result<std::vector<SarifRun>> parse_sarif(std::string_view text, std::string_view file);

}  // namespace crema::actions
