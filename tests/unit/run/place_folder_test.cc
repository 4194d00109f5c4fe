// A job's folder: the same path in every run, shared with nobody, given back when a run is resumed.
#include "host/place_folder.h"

#include "crema/sys/files.h"
#include "crema/sys/host.h"

#include <gtest/gtest.h>

namespace crema::run {
namespace {

namespace fs = std::filesystem;

class PlaceFolderTest : public testing::Test {
 protected:
  PlaceFolderTest()
      : folder_(*sys::TemporaryDirectory::create(sys::real_host().temporary_directory, "place-")) {}

  // As run `number` asks for its job's folder; the run's own folder exists while it is kept.
  PlaceFolder::Request request(int number, bool keep = false, std::string name = "test (a)") {
    const auto run = folder_.path() / "runs" / std::to_string(number);
    EXPECT_TRUE(sys::make_directories(run));
    return {folder_.path() / "jobs", "ci.yml\n" + std::move(name), run / "jobs" / "0", keep};
  }
  static void leave(const PlaceFolder& place, std::string_view text) {
    ASSERT_TRUE(sys::write_file(place.path() / "left", text));
  }

  sys::TemporaryDirectory folder_;
};

TEST_F(PlaceFolderTest, IsTheSamePathInEveryRun) {
  const auto first = PlaceFolder::take(request(1))->path();
  EXPECT_TRUE(first.filename().string().starts_with("test-a-"));
  EXPECT_EQ(PlaceFolder::take(request(2))->path(), first);
  EXPECT_NE(PlaceFolder::take(request(3, false, "test (b)"))->path(), first);
}

TEST_F(PlaceFolderTest, IsEmptyForANewRunAndKeepsWhatTheOldOneLeft) {
  leave(*PlaceFolder::take(request(1)), "of run 1");
  const auto second = PlaceFolder::take(request(2));
  EXPECT_FALSE(second->kept());
  EXPECT_FALSE(fs::exists(second->path() / "left"));
  EXPECT_EQ(*sys::read_file(request(1).own / "left"), "of run 1");
}

TEST_F(PlaceFolderTest, IsThereAgainForARunThatGoesOn) {
  const auto path = PlaceFolder::take(request(1))->path();
  ASSERT_TRUE(sys::write_file(path / "left", "of run 1"));
  {
    const auto at_once = PlaceFolder::take(request(1, true));
    EXPECT_TRUE(at_once->kept());
    EXPECT_EQ(*sys::read_file(at_once->path() / "left"), "of run 1");
  }
  leave(*PlaceFolder::take(request(2)), "of run 2");
  const auto again = PlaceFolder::take(request(1, true));
  EXPECT_TRUE(again->kept());
  EXPECT_EQ(again->path(), path);
  EXPECT_EQ(*sys::read_file(path / "left"), "of run 1");
  EXPECT_EQ(*sys::read_file(request(2).own / "left"), "of run 2");
}

TEST_F(PlaceFolderTest, IsNotShared) {
  const auto first = PlaceFolder::take(request(1));
  leave(*first, "in use");
  const auto second = PlaceFolder::take(request(2));
  EXPECT_NE(second->path(), first->path());
  EXPECT_EQ(*sys::read_file(first->path() / "left"), "in use");
}

TEST_F(PlaceFolderTest, WaitsForNobodyWhoUsesThePathOfARunThatGoesOn) {
  leave(*PlaceFolder::take(request(1)), "of run 1");
  const auto second = PlaceFolder::take(request(2));
  const auto again = PlaceFolder::take(request(1, true));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, "run/place-in-use");
}

TEST_F(PlaceFolderTest, SaysWhenNothingIsLeftToGoOnIn) {
  EXPECT_FALSE(PlaceFolder::take(request(1, true))->kept());
}

TEST_F(PlaceFolderTest, ForgetsWhatAPrunedRunLeft) {
  leave(*PlaceFolder::take(request(1)), "of run 1");
  ASSERT_TRUE(sys::remove_tree(folder_.path() / "runs" / "1"));
  const auto second = PlaceFolder::take(request(2));
  EXPECT_FALSE(fs::exists(second->path() / "left"));
  EXPECT_FALSE(fs::exists(folder_.path() / "runs" / "1"));
}

}  // namespace
}  // namespace crema::run
