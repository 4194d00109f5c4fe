#include "crema/run/shims.h"

#include <gtest/gtest.h>

namespace crema::run {
namespace {

TEST(Shims, KnowTheNamesTheyStandFor) {
  ASSERT_NE(find_shim("k6"), nullptr);
  EXPECT_EQ(find_shim("k6")->command, "load");
  ASSERT_NE(find_shim("trivy"), nullptr);
  EXPECT_EQ(find_shim("trivy")->command, "scan-as");
  EXPECT_TRUE(find_shim("trivy")->named);
  EXPECT_EQ(find_shim("crema"), nullptr);
  EXPECT_EQ(find_shim(""), nullptr);
}

TEST(Shims, AreMentionedAsWordsOnly) {
  for (const auto* script : {"k6", "k6 run a.js", "cd x && k6 run a.js\n", "(k6 run a)", "a;k6 b",
                             "kk6 k6", "echo `k6 version`"})
    EXPECT_TRUE(mentions(script, "k6")) << script;
  for (const auto* script : {"", "k", "k66", "./k6", "my-k6 run", "k6.js", "docker run grafana/k6"})
    EXPECT_FALSE(mentions(script, "k6")) << script;
}

}  // namespace
}  // namespace crema::run
