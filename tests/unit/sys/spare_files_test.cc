// Files made ahead: each one asked for is there with its own bytes, and nothing is left behind.
#include "crema/sys/spare_files.h"

#include "crema/sys/files.h"
#include "crema/sys/host.h"

#include <gtest/gtest.h>

namespace crema::sys {
namespace {

TEST(SpareFiles, HoldWhatIsWrittenAndGoWhenTheyAreNotNeeded) {
  const auto folder = *TemporaryDirectory::create(real_host().temporary_directory, "spare-");
  ASSERT_TRUE(write_file(folder.path() / "f30", "something else"));
  {
    SpareFiles spare(folder.path() / "ahead");
    for (int i = 0; i < 40; ++i) {
      const auto file = folder.path() / ("f" + std::to_string(i));
      ASSERT_TRUE(spare.write(file, std::to_string(i)));
      EXPECT_EQ(*read_file(file), std::to_string(i));
    }
    EXPECT_FALSE(spare.make(folder.path() / "missing" / "f").open());
    EXPECT_EQ(errno, ENOENT);
  }
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "ahead"));
}

}  // namespace
}  // namespace crema::sys
