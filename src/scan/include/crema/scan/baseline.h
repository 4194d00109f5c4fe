// A baseline: what was found once and is known since, as a file of its own.
#pragma once

#include "crema/base/result.h"
#include "crema/scan/core/fingerprint.h"

#include <filesystem>
#include <set>
#include <span>
#include <string>

namespace crema::scan {

// The fingerprints of a baseline as baseline_json writes it, of `crema scan --format json`, or of
// SARIF with fingerprints of crema. Errors are "scan/baseline" with what is wrong.
Result<std::set<std::string, std::less<>>> read_baseline(const std::filesystem::path& file);

// What is found and not suppressed: fingerprint, rule and place each, sorted, a line each, so that
// a change shows what it changes.
std::string baseline_json(std::span<const Found> found);

}  // namespace crema::scan
