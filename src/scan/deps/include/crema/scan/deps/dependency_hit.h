// One package of one project that one vulnerability is in.
#pragma once

#include "crema/evidence/finding.h"
#include "crema/scan/advisories/advisories.h"
#include "crema/scan/deps/inventory.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

// What is between the code of a project and a vulnerability, as far as it was looked at.
struct ReachAnswer {
  evidence::Reach reach = evidence::Reach::unknown;
  std::string why;  // a part of a sentence: "nothing imports golang.org/x/crypto/ssh"
  std::vector<evidence::FindingLocation> places;
  bool in_own_code = false;  // what is mentioned is so in the repository itself
};

struct DependencyHit {
  std::string ecosystem;
  std::string package;  // "golang.org/x/crypto"; "stdlib"
  std::string version;  // "v0.17.0"; of the standard library "1.24.4"
  std::string manifest;
  std::string project;  // its name: of a module, of a package
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  bool direct = false;
  bool development = false;
  const GoProject* go = nullptr;        // of the inventory; null in other ecosystems
  const BuiltModule* module = nullptr;  // so; null for the standard library
  // All databases' entries for it; the first one is who speaks for it.
  std::vector<AffectedPackage> entries;
  ReachAnswer reach;
};

// In the order of projects, packages and advisories. Views are into the advisories, pointers into
// the inventory. What could not be held against anything is added to `not_scanned`.
std::vector<DependencyHit> find_hits(const Inventory& inventory, const Advisories& advisories,
                                     bool standard_library, std::vector<NotScanned>& not_scanned);

// The name that all databases have for it: its lowest CVE, else the lowest GHSA, else its own.
std::string canonical_id(const DependencyHit& hit);
// The other names of it, ascending.
std::vector<std::string> aliases_of(const DependencyHit& hit);

// One thing to do: a package raised in all projects that have it to the lowest version without any
// of the vulnerabilities that have a fix.
struct Upgrade {
  struct Place {
    std::string manifest;
    std::uint32_t line = 0;
    std::string required;  // the module as go.mod calls it
    std::string version;   // that is there
    const GoProject* go = nullptr;
  };
  std::string ecosystem;
  std::string package;
  std::string version;  // "" where nothing has a fix
  std::vector<Place> places;
  std::vector<std::string> fixed;    // canonical names
  std::vector<std::string> unfixed;  // those that no version is without
};
std::vector<Upgrade> plan_upgrades(std::span<const DependencyHit> hits,
                                   const Advisories& advisories);

}  // namespace crema::scan
