// What a scan knows of vulnerabilities: the snapshot in the program, and what the user fetched
// since.
#pragma once

#include "crema/base/result.h"
#include "crema/scan/advisories/advisory_index.h"
#include "crema/sys/host.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

class Advisories {
 public:
  // The snapshot, and what `crema db` left in a folder (its *.advisories) or one file; a place that
  // is not there, or "", is no error. Others are AdvisoryIndex's: a damaged file is never passed
  // over.
  static Result<Advisories> load(const std::filesystem::path& place);
  // Of one index alone.
  explicit Advisories(AdvisoryIndex only);

  // For each ecosystem the index with the newest data.
  std::vector<EcosystemFacts> ecosystems() const;
  bool knows(std::string_view ecosystem) const;
  std::vector<AffectedPackage> of_package(std::string_view ecosystem,
                                          std::string_view package) const;
  void each_import(std::string_view ecosystem,
                   const std::function<void(const VulnerableImport&)>& take) const;
  // In any list that is loaded.
  bool is_exploited(std::string_view cve) const;
  std::string_view exploited_day() const;  // the newest list's; "" where there is none
  std::size_t exploited_count() const;
  std::string version() const;

 private:
  Advisories() = default;
  std::vector<AdvisoryIndex> indexes_;
  const AdvisoryIndex* index_of(std::string_view ecosystem) const;
};

// The snapshot in the program, packed.
std::string_view snapshot_bytes();

constexpr std::string_view kIndexEnding = ".advisories";

// Where `crema db` keeps its files: $CREMA_ADVISORIES, else crema/advisories in $XDG_DATA_HOME or
// ~/.local/share.
std::filesystem::path advisories_path(const sys::Host& host);

// The days from one ("2026-11-02") to another; none where one of them is no day.
std::optional<int> days_between(std::string_view from, std::string_view to);

}  // namespace crema::scan
