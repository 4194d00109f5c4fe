#include "crema/scan/secrets/fingerprint_key.h"

#include "crema/sys/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace crema::scan {
namespace {

class FingerprintKeyTest : public testing::Test {
 protected:
  sys::FakeClock clock_;
  sys::TemporaryDirectory folder_ =
      sys::TemporaryDirectory::create(std::filesystem::temp_directory_path(), "key-").value();

  sys::Host host(sys::Environment environment, unsigned seed = 1) {
    return sys::fake_host(clock_, std::move(environment), seed);
  }
};

TEST_F(FingerprintKeyTest, IsMadeOnceAndReadableToItsOwnerOnly) {
  const auto first = fingerprint_key(host({{"HOME", folder_.path()}}));
  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_EQ(first->size(), 64U);
  const auto path = folder_.path() / ".local/share/crema/fingerprint.key";
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(status.st_nlink, 1U) << "the draft is gone";
  const auto again = fingerprint_key(host({{"HOME", folder_.path()}}, 2));
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(*first, *again);
}

TEST_F(FingerprintKeyTest, IsWhatTheEnvironmentSays) {
  const auto given =
      fingerprint_key(host({{"HOME", folder_.path()}, {"CREMA_FINGERPRINT_KEY", "of the team"}}));
  ASSERT_TRUE(given.has_value());
  EXPECT_EQ(*given, "of the team");
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / ".local"));
  const auto data = fingerprint_key(host({{"XDG_DATA_HOME", folder_.path() / "data"}}));
  ASSERT_TRUE(data.has_value());
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "data/crema/fingerprint.key"));
}

TEST_F(FingerprintKeyTest, IsAnErrorWhereThereIsNone) {
  const auto homeless = fingerprint_key(host({}));
  ASSERT_FALSE(homeless.has_value());
  EXPECT_EQ(homeless.error().code, "secrets/fingerprint-key");
  ASSERT_TRUE(sys::make_directories(folder_.path() / "crema").has_value());
  ASSERT_TRUE(sys::write_file(folder_.path() / "crema/fingerprint.key", "short\n").has_value());
  EXPECT_FALSE(fingerprint_key(host({{"XDG_DATA_HOME", folder_.path()}})).has_value());
}

}  // namespace
}  // namespace crema::scan
