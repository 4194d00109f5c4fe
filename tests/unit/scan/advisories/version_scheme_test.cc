#include "crema/scan/advisories/version_scheme.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace crema::scan {
namespace {

TEST(Semver, OrdersAsItsStandardDoes) {
  // Each is below the next one.
  const std::vector<std::string_view> ascending = {"0",
                                                   "0.0.1-0",
                                                   "0.0.1",
                                                   "v0.9.9",
                                                   "1.0.0-alpha",
                                                   "1.0.0-alpha.1",
                                                   "1.0.0-alpha.beta",
                                                   "1.0.0-beta.2",
                                                   "1.0.0-beta.11",
                                                   "1.0.0-rc.1",
                                                   "1",
                                                   "1.0.1",
                                                   "1.10",
                                                   "2.0.0-0.20240101120000-abcdef123456",
                                                   "2.0.0",
                                                   "99999999999999999999.0.0",
                                                   "100000000000000000000.0.0"};
  for (std::size_t i = 0; i < ascending.size(); ++i)
    for (std::size_t j = 0; j < ascending.size(); ++j)
      EXPECT_EQ(compare_semver(ascending[i], ascending[j]), i <=> j)
          << ascending[i] << " and " << ascending[j];
}

TEST(Semver, PassesOverWhatDoesNotCount) {
  for (const auto& [a, b] : {std::pair("1.2.3", "v1.2.3"),
                             {"1.2", "1.2.0"},
                             {"1.02.3", "1.2.3"},
                             {"v2.0.0+incompatible", "2.0.0"},
                             {"1.0.0-rc.1+a", "1.0.0-rc.1+b"}})
    EXPECT_EQ(compare_semver(a, b), std::weak_ordering::equivalent) << a << " and " << b;
}

TEST(VersionScheme, IsKnownByTheEcosystemWithoutItsRelease) {
  EXPECT_EQ(scheme_of("Go"), VersionScheme::semver);
  EXPECT_EQ(scheme_of("npm"), VersionScheme::semver);
  EXPECT_EQ(scheme_of("Debian:12"), VersionScheme::none);
  EXPECT_EQ(scheme_of("go"), VersionScheme::none);
}

}  // namespace
}  // namespace crema::scan
