// A compiled index of advisories, read where it lies: nothing is unpacked before it is asked for.
#pragma once

#include "crema/base/result.h"
#include "crema/evidence/finding.h"
#include "crema/scan/advisories/osv.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

// All views below are into the index, which must outlive them.
struct AdvisoryFacts {
  std::string_view id;
  std::vector<std::string_view> aliases;
  std::string_view summary;  // "" where only facts were kept
  std::string_view published;
  OsvAdvisory::Review review = OsvAdvisory::Review::unknown;
  bool withdrawn = false;
  std::optional<evidence::FindingSeverity> severity;
  std::optional<double> score;
};

struct VulnerableImport {
  std::string_view path;
  std::vector<std::string_view> symbols;    // empty: all of the package
  std::vector<std::string_view> platforms;  // empty: all
};

struct EcosystemFacts {
  std::string_view name;
  std::string_view source;
  std::string_view newest;  // the day its data is of; "" where nobody says
  std::uint32_t advisories = 0;
};

class AdvisoryIndex;

// One package that one advisory names.
class AffectedPackage {
 public:
  AdvisoryFacts advisory() const;
  // Whether this version has it, by its ranges' events in their order and by its list of versions.
  bool affects(std::string_view version) const;
  // The lowest version above this one that an event calls fixed; none where there is no fix.
  std::optional<std::string_view> fix_of(std::string_view version) const;
  std::vector<VulnerableImport> imports() const;

 private:
  friend class AdvisoryIndex;
  AffectedPackage(const AdvisoryIndex& index, std::uint32_t record, std::string_view ecosystem)
      : index_(&index), record_(record), ecosystem_(ecosystem) {}
  const AdvisoryIndex* index_;
  std::uint32_t record_;
  std::string_view ecosystem_;
};

class AdvisoryIndex {
 public:
  // Maps the file; one that is compressed (zstd) is unpacked. Errors are "advisories/unreadable"
  // and "advisories/damaged", the latter also for one of another version of crema.
  static Result<AdvisoryIndex> open(const std::filesystem::path& path);
  // `name` is for errors.
  static Result<AdvisoryIndex> from_bytes(std::string bytes, std::string_view name);

  AdvisoryIndex(AdvisoryIndex&&) noexcept;
  AdvisoryIndex& operator=(AdvisoryIndex&&) noexcept;
  ~AdvisoryIndex();

  std::vector<EcosystemFacts> ecosystems() const;
  std::size_t size() const;  // advisories
  // Those of a package that are not withdrawn.
  std::vector<AffectedPackage> of_package(std::string_view ecosystem,
                                          std::string_view package) const;
  // The names of all vulnerable packages of code in an ecosystem, with their symbols.
  void each_import(std::string_view ecosystem,
                   const std::function<void(const VulnerableImport&)>& take) const;
  bool is_exploited(std::string_view cve) const;
  std::string_view exploited_day() const;  // "" where no list is loaded
  std::size_t exploited_count() const;
  // Another one for other bytes.
  std::string version() const;

 private:
  friend class AffectedPackage;
  struct State;
  explicit AdvisoryIndex(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace crema::scan
