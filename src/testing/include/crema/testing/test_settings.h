// `test:` of crema.yml: what neither the compose file nor the tests can say.
//   test:
//     integration:
//       compose: docker/test.yml        # or none
//       environment: {DATABASE_URL: "postgres://app:app@postgres:5432/app"}
//     e2e:
//       base_url: http://web:8090
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace crema::testing {

struct PartSettings {
  std::optional<std::string> compose;  // relative to the repository; "none": no services
  std::string base_url;                // by the service's name in the compose file
  std::vector<std::pair<std::string, std::string>> environment;
};

struct TestSettings {
  PartSettings integration, e2e;
  const PartSettings& of(std::string_view part) const { return part == "e2e" ? e2e : integration; }
};

// Of the whole file; other sections are others'. Fails with "test/settings" and the place.
Result<TestSettings> read_test_settings(const SourcePtr& source);

}  // namespace crema::testing
