// Files that a team does not want measured, as it has said already: sonar-project.properties,
// codecov.yml, crema.yml, and the sources themselves (generated code).
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::testing {

// "*" within a name, "?" one character, "**" any folders: `**/mock/*.go`, `internal/gen/**`.
bool matches_path(std::string_view pattern, std::string_view path);

struct Exclusion {
  std::string pattern;
  std::string from;  // "sonar-project.properties:12"
};

class Exclusions {
 public:
  // sonar.coverage.exclusions and sonar.exclusions.
  void add_sonar(const SourcePtr& properties);
  // `ignore:` of codecov.yml: globs and folders; what is a regular expression there is one here.
  Result<> add_codecov(const SourcePtr& yaml);
  // `coverage: {exclude: [...]}` of crema.yml. Fails with "cover/settings" and the place.
  Result<> add_crema(const SourcePtr& yaml);
  void add(Exclusion exclusion) { entries_.push_back(std::move(exclusion)); }

  // The first that fits.
  const Exclusion* find(std::string_view path) const;

 private:
  std::vector<Exclusion> entries_;
};

}  // namespace crema::testing
