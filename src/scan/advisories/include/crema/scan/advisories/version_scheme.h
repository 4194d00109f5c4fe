// Which of two versions is the later one, as each ecosystem has it.
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

namespace crema::scan {

// How the versions of an ecosystem are ordered; `none` where crema does not know.
enum class VersionScheme : std::uint8_t { none, semver };

// Of an ecosystem as OSV calls it, with or without a release behind a colon: "Go", "npm",
// "Debian:12".
VersionScheme scheme_of(std::string_view ecosystem);

// By Semantic Versioning 2.0.0, read leniently: a "v" before it, fewer than three numbers and
// numbers of any length are taken; what stands behind a "+" does not count, so that Go's
// "+incompatible" does not either. What is behind a third number counts as a pre-release.
std::weak_ordering compare_semver(std::string_view a, std::string_view b);

// `scheme` is not `none`.
std::weak_ordering compare_versions(VersionScheme scheme, std::string_view a, std::string_view b);

}  // namespace crema::scan
