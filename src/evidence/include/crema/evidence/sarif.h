// SARIF 2.1.0 (OASIS), what scanners and linters write and code scanning reads.
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"
#include "crema/evidence/record.h"
#include "crema/evidence/report_root.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace crema::evidence {

// A scan for each run. Severity is the rule's `security-severity` as GitHub has it (9 critical, 7
// high, 4 medium, else low), else the level: error is high, warning medium, note and none a note.
// Results that say that all is well (`kind` pass and notApplicable) or that a finding is gone
// (`baselineState` absent) are none. A scan is incomplete when its invocation failed, when a
// notification has the level error, and when it has no list of results. Fails with "evidence/sarif"
// and the member that is wrong, or with "json/syntax".
Result<std::vector<Scan>> read_sarif(const SourcePtr& source, const ReportRoot& root = {});

// Who reads it. GitHub shows what is suppressed as if it were not, computes its own line hashes,
// and refuses a run of more than 25,000 results or rules: for it the suppressed are left out, the
// most severe are kept where there are too many, and the scan says so. Everything else keeps all.
enum class SarifProfile : std::uint8_t { full, github };
// What GitHub takes of one run.
inline constexpr std::size_t kMostGitHubResults = 25'000;

// Valid by the schema; the same scans give the same text. Rules are sorted by id. Fingerprints are
// `cremaFingerprint/v1`.
std::string sarif_json(std::span<const Scan> scans, SarifProfile profile = SarifProfile::full);

}  // namespace crema::evidence
