// Waivers as the files of other tools have them, and as crema.yml does: a team that moves to crema
// keeps what it once decided.
#pragma once

#include "crema/base/result.h"
#include "crema/scan/core/source_tree.h"
#include "crema/scan/waivers/waiver.h"

#include <filesystem>
#include <string_view>
#include <vector>

namespace crema::scan {

struct WaiverList {
  std::vector<Waiver> waivers;
  std::vector<Diagnostic> warnings;  // of entries that say nothing: a bad date, a wildcard
};

// A file of waivers by its name; the tools look for theirs at the root, osv-scanner beside each
// manifest.
struct WaiverFileKind {
  std::string_view name;  // ".trivyignore"
  bool at_root_only = true;
  Result<WaiverList> (*read)(const SourcePtr& file);
};
std::span<const WaiverFileKind> waiver_file_kinds();

// Those of the root, and of all files of the tree. One that cannot be read is an error: what it
// covers would come back as new.
Result<WaiverList> read_waiver_files(const std::filesystem::path& root,
                                     std::span<const TreeFile> files);

Result<WaiverList> read_trivyignore(const SourcePtr& file);
Result<WaiverList> read_trivyignore_yaml(const SourcePtr& file);
Result<WaiverList> read_gitleaksignore(const SourcePtr& file);
// A report of gitleaks in JSON as a baseline: what it names is known. Where it shows the secrets
// and `key` is what fingerprints are made with, a secret is known wherever it moves; where it hides
// them, by its file, rule and line, as gitleaks does. `root` is what absolute paths in it begin
// with. An error is "waiver/baseline" or "json/syntax".
struct GitleaksReport {
  std::string key;
  std::string root;
};
Result<WaiverList> read_gitleaks_report(const SourcePtr& file, const GitleaksReport& report);
Result<WaiverList> read_checkov_settings(const SourcePtr& file);
Result<WaiverList> read_checkov_baseline(const SourcePtr& file);
Result<WaiverList> read_hadolint_settings(const SourcePtr& file);
Result<WaiverList> read_osv_scanner_settings(const SourcePtr& file);
Result<WaiverList> read_kube_linter_settings(const SourcePtr& file);
// The list `scan: waivers:` of crema.yml; reason, owner and until must be there.
Result<WaiverList> read_crema_waivers(const SourcePtr& file);

}  // namespace crema::scan
