// Advisories where they come from: a folder or a ZIP of OSV's JSON, and CISA's list of what
// attackers use.
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"
#include "crema/scan/advisories/osv.h"

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace crema::scan {

struct OsvRead {
  std::size_t taken = 0;
  std::vector<Diagnostic> refused;  // files that are no advisories; the rest was taken
};

// All *.json of a folder, below it too, or of a ZIP archive. Entries of more than 16 MiB are
// refused. Errors are "advisories/unreadable" where the whole cannot be read.
Result<OsvRead> read_osv_files(const std::filesystem::path& path,
                               const std::function<void(OsvAdvisory)>& take);
// A ZIP in memory.
Result<OsvRead> read_osv_zip(std::string_view bytes, const std::string& name,
                             const std::function<void(OsvAdvisory)>& take);

struct ExploitedList {
  std::set<std::string> cves;
  std::string day;  // "2025-08-25"
};
// CISA's catalogue of known exploited vulnerabilities, as JSON. Errors are "json/..." and
// "advisories/exploited" where it is no such catalogue.
Result<ExploitedList> parse_exploited(const SourcePtr& file);

}  // namespace crema::scan
