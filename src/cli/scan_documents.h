// What a scan found, for machines and for pull requests: JSON, JUnit, Markdown.
#pragma once

#include "crema/gate/verdict.h"
#include "crema/scan/scan_run.h"

#include <span>
#include <string>

namespace crema::cli {

// docs/scan.md describes its members.
std::string scan_json(const scan::ScanOutcome& outcome, const gate::Verdict& verdict);
// A suite for each family, a case for each of its rules that were looked for; one that found
// something new has failed, and says where.
std::string scan_junit(const scan::ScanOutcome& outcome);
// A summary for a pull request: the verdict, what is new, what was not scanned.
std::string scan_markdown(const scan::ScanOutcome& outcome, const gate::Verdict& verdict);

}  // namespace crema::cli
