// The tree of groups and checks.
#include "crema/load/metrics/group.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::load {
namespace {

// Ids as k6 gives them.
TEST(Groups, HaveTheIdsOfK6) {
  EXPECT_EQ(path_id(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(path_id("::outer"), "c34b428ee7255085dfe7fef53d3394d5");
  EXPECT_EQ(path_id("::outer::inner::deep"), "a935e3dc0886f69695349968f863b5e2");
}

TEST(Groups, KeepTheOrderInWhichTheyCame) {
  Group root;
  Check* inner = root.group("b")->check("first");
  root.check("second");
  root.group("a")->group("c")->check("third");
  EXPECT_EQ(root.group("b")->check("first"), inner);
  EXPECT_EQ(root.groups()[0]->path(), "::b");
  EXPECT_EQ(root.groups()[1]->groups()[0]->path(), "::a::c");
  EXPECT_EQ(root.groups()[0]->path_of(*inner), "::b::first");
  EXPECT_EQ(inner->order, 0U);
  EXPECT_EQ(root.check("second")->order, 1U);
}

TEST(Groups, MergeCountsAndKeepOrder) {
  Group total;
  Group thread;
  Check* deep = thread.group("g")->check("deep");
  Check* top = thread.check("top");
  deep->passes = 3;
  top->fails = 1;
  total.merge(thread.take());
  EXPECT_EQ(deep->passes, 0U);
  deep->passes = 2;
  Group second = thread.take();
  total.merge(second);
  EXPECT_EQ(total.group("g")->check("deep")->passes, 5U);
  EXPECT_EQ(total.check("top")->fails, 1U);
  EXPECT_LT(total.group("g")->check("deep")->order, total.check("top")->order);
}

TEST(Groups, HaveALimit) {
  Group root;
  for (int i = 0; i < 20'000; ++i) root.check("status " + std::to_string(i))->passes += 1;
  EXPECT_EQ(root.checks().size(), 10'001U);
  EXPECT_EQ(root.check("(overflow)")->passes, 10'000U);
}

}  // namespace
}  // namespace crema::load
