// One advisory as OSV writes it (https://ossf.github.io/osv-schema/): the facts that a scan needs.
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"
#include "crema/evidence/finding.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

struct OsvEvent {
  enum class Kind : std::uint8_t { introduced, fixed, last_affected, limit };
  Kind kind = Kind::introduced;
  std::string version;
};

struct OsvImport {
  std::string path;                    // of a package: "golang.org/x/crypto/ssh"
  std::vector<std::string> symbols;    // "Conn.Close"; empty: all of them
  std::vector<std::string> platforms;  // "windows", "arm64"; empty: all
};

struct OsvAffected {
  std::string ecosystem;
  std::string package;
  std::vector<std::vector<OsvEvent>> ranges;  // of versions; those of commits are left out
  std::vector<std::string> versions;          // one by one
  std::vector<OsvImport> imports;             // of Go's database
};

struct OsvAdvisory {
  enum class Review : std::uint8_t { unknown, reviewed, unreviewed };
  std::string id;
  std::vector<std::string> aliases;
  std::string summary;
  std::string modified;   // "2026-11-02"; "" where it is not told
  std::string published;  // so
  bool withdrawn = false;
  Review review = Review::unknown;
  // Of its vector of CVSS 3, else of the word its database has for it.
  std::optional<evidence::FindingSeverity> severity;
  std::optional<double> score;
  std::vector<OsvAffected> affected;
};

// Members nobody knows are passed over. Errors are "json/..." with a place where it is no JSON, and
// "osv/advisory" where it is no advisory: no `id`, or an `affected` that is no list.
Result<OsvAdvisory> parse_osv(const SourcePtr& file);

}  // namespace crema::scan
