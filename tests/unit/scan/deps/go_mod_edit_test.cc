#include "crema/scan/deps/go_mod_edit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

namespace crema::scan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

EditedGoMod edited(std::string text, std::vector<GoModEdit> edits) {
  return edit_go_mod(std::make_shared<SourceFile>("go.mod", std::move(text)), edits).value();
}

TEST(GoModEdit, ChangesVersionsAndNothingElse) {
  const auto result = edited(
      "module m // the shop\n\ngo 1.20\n\nrequire (\n\ta.org/x  v1.0.0 // pinned: v1.0.0 is fine\n"
      "\ta.org/x/y v1.0.0 // indirect\n)\n\nrequire b.org/z v0.1.0\n",
      {{.module = "a.org/x", .version = "v1.2.0"}, {.module = "b.org/z", .version = "v0.1.1"}});
  EXPECT_EQ(
      result.text,
      "module m // the shop\n\ngo 1.20\n\nrequire (\n\ta.org/x  v1.2.0 // pinned: v1.0.0 is fine\n"
      "\ta.org/x/y v1.0.0 // indirect\n)\n\nrequire b.org/z v0.1.1\n");
  EXPECT_THAT(result.changes, ElementsAre("a.org/x v1.0.0 -> v1.2.0", "b.org/z v0.1.0 -> v0.1.1"));
}

TEST(GoModEdit, LeavesWhatIsHighEnough) {
  const auto result =
      edited("module m\nrequire a v1.3.0\n", {{.module = "a", .version = "v1.2.0"}});
  EXPECT_THAT(result.changes, IsEmpty());
  EXPECT_EQ(result.text, "module m\nrequire a v1.3.0\n");
}

TEST(GoModEdit, RaisesTheReplacementThatIsUsed) {
  const auto result = edited("module m\nrequire a v1.0.0\nreplace a => fork.org/a v1.0.0\n",
                             {{.module = "a", .replacement = "fork.org/a", .version = "v1.0.1"}});
  EXPECT_EQ(result.text, "module m\nrequire a v1.0.0\nreplace a => fork.org/a v1.0.1\n");
}

TEST(GoModEdit, AddsWhatIsNotNamed) {
  EXPECT_EQ(edited("module m\n", {{.module = "a", .version = "v1.0.0"}}).text,
            "module m\n\nrequire a v1.0.0 // indirect\n");
}

TEST(GoModEdit, RaisesTheToolchain) {
  const GoModEdit edit{.module = "stdlib", .version = "1.24.9"};
  EXPECT_EQ(edited("module m\ngo 1.23.0\ntoolchain go1.24.4\n", {edit}).text,
            "module m\ngo 1.23.0\ntoolchain go1.24.9\n");
  EXPECT_EQ(edited("module m\n\ngo 1.23.0\n\nrequire a v1.0.0\n", {edit}).text,
            "module m\n\ngo 1.23.0\n\ntoolchain go1.24.9\n\nrequire a v1.0.0\n");
  EXPECT_THAT(edited("module m\ngo 1.23.0\ntoolchain go1.25.0\n", {edit}).changes, IsEmpty());
}

TEST(GoModEdit, RefusesWhatIsNoGoMod) {
  const auto result =
      edit_go_mod(std::make_shared<SourceFile>("go.mod", "require (\n"), std::vector<GoModEdit>{});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "deps/go.mod");
}

}  // namespace
}  // namespace crema::scan
