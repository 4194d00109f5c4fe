// What other scanners would have written of these findings: their JSON, as far as scripts read it.
#pragma once

#include "crema/scan/scan_run.h"

#include <string>
#include <string_view>

namespace crema::cli {

// Whether crema writes this tool's own JSON; else it is that of `crema scan`.
bool has_own_json(std::string_view tool);
std::string tool_json(std::string_view tool, const scan::ScanOutcome& outcome);

}  // namespace crema::cli
