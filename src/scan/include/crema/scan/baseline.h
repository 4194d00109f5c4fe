// A baseline: what was found once and is known since, as a file of its own.
#pragma once

#include "crema/base/result.h"
#include "crema/scan/core/fingerprint.h"
#include "crema/scan/waivers/waiver.h"

#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace crema::scan {

struct Baseline {
  std::set<std::string, std::less<>> prints;
  std::vector<Waiver> waivers;  // of other tools, that know findings otherwise; all of them `known`
};

// A baseline as baseline_json writes it, the JSON of `crema scan`, SARIF with fingerprints of
// crema, a report of gitleaks, or a baseline of checkov. `key` is what fingerprints of secrets are
// made with, `root` what absolute paths begin with. Errors are "scan/baseline" with what is wrong,
// and those of waiver_files.h.
Result<Baseline> read_baseline(const std::filesystem::path& file, const std::string& key,
                               const std::filesystem::path& root);

// What is found and not suppressed: fingerprint, rule and place each, sorted, a line each, so that
// a change shows what it changes.
std::string baseline_json(std::span<const Found> found);

}  // namespace crema::scan
