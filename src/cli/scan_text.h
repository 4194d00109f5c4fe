// What a scan found, for people: each thing to do once, the most severe first.
#pragma once

#include "crema/evidence/style.h"
#include "crema/gate/verdict.h"
#include "crema/scan/scan_run.h"

#include <chrono>
#include <filesystem>
#include <string>

namespace crema::cli {

struct ScanTextOptions {
  std::filesystem::path root;  // for the lines of code
  bool all = false;            // every place of every finding, also of low severity
  bool only_new = false;
};

// Findings by rule, dependencies by the upgrade that fixes them; with the line, a caret and what to
// do. Of a secret nothing is shown.
std::string findings_text(const scan::ScanOutcome& outcome, const ScanTextOptions& options,
                          const evidence::Style& style);
// What was not scanned, a table of severities, what was looked at, and the verdict.
std::string scan_summary_text(const scan::ScanOutcome& outcome, const gate::Verdict& verdict,
                              std::chrono::nanoseconds took, const evidence::Style& style);

}  // namespace crema::cli
