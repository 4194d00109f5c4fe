// Versions and the ranges that setup actions take ("1.x", "^1.21", ">=18 <21", "3.10 - 3.12"), with
// the meaning of npm's semver package.
#pragma once

#include "crema/base/result.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::actions {

struct Version {
  std::uint64_t major = 0, minor = 0, patch = 0;
  std::string prerelease;  // "rc.1"; "" for a release

  std::strong_ordering operator<=>(const Version& other) const;
  bool operator==(const Version& other) const = default;
  std::string text() const;
};

// "1.21", "v20.1.0", "go1.22rc2", "3.13.0b1": missing parts are 0; nullopt when it is no version.
std::optional<Version> parse_version(std::string_view text);

class VersionRange {
 public:
  // Fails with "actions/bad-version-range".
  static Result<VersionRange> parse(std::string_view text);
  // Pre-releases are in a range only when it names a pre-release of the same version.
  bool contains(const Version& version) const;

 private:
  struct Comparator {
    enum class Op : std::uint8_t { less, less_equal, greater, greater_equal, equal };
    Op op = Op::equal;
    Version version;
    bool holds(const Version& other) const;
  };
  using Set = std::vector<Comparator>;  // all must hold
  static Result<Set> parse_set(std::string_view text);
  static bool add_partial(std::string_view op, std::string_view partial, Set& set);

  std::vector<Set> sets_;  // one must hold
};

}  // namespace crema::actions
