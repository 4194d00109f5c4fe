// Which tests are integration or end-to-end tests, by where they stand and what they say.
#include "go_selection.h"

#include "crema/sys/files.h"
#include "crema/sys/host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr auto kSource = R"(package shop

func TestMain(m *testing.M) {}
func TestPrices(t *testing.T) {}
func TestIntegrationOrders(t *testing.T) {}
func helper() {}
)";

TEST(GoSelection, KnowsTestsByNameFileAndTag) {
  EXPECT_THAT(marked_tests_of("shop_test.go", kSource, "integration").tests,
              ElementsAre("TestIntegrationOrders"));
  EXPECT_THAT(marked_tests_of("shop_integration_test.go", kSource, "integration").tests,
              ElementsAre("TestPrices", "TestIntegrationOrders"));
  EXPECT_THAT(marked_tests_of("shop_test.go", kSource, "e2e").tests, IsEmpty());
  const auto tagged = marked_tests_of(
      "shop_test.go", std::string("//go:build linux && integration\n\n") + kSource, "integration");
  EXPECT_TRUE(tagged.tagged);
  EXPECT_EQ(tagged.tests.size(), 2U);
  EXPECT_FALSE(marked_tests_of("a_test.go", std::string("//go:build !integration\n\n") + kSource,
                               "integration")
                   .tagged);
}

TEST(GoSelection, FindsMarkedTestsOutsideOfFoldersOfAPart) {
  const auto folder =
      *sys::TemporaryDirectory::create(sys::real_host().temporary_directory, "selection-");
  const auto write = [&](const std::string& path, std::string_view text) {
    ASSERT_TRUE(sys::make_directories((folder.path() / path).parent_path()));
    ASSERT_TRUE(sys::write_file(folder.path() / path, text));
  };
  write("go.mod", "module example.com/shop\n");
  write("orders/orders_test.go", kSource);
  write("db/db_integration_test.go", std::string("//go:build integration\n") + kSource);
  write("tests/integration/all_test.go", kSource);
  write("other/go.mod", "module example.com/other\n");
  write("other/other_test.go", kSource);
  const auto modules = find_go_modules(folder.path());
  const auto marked = find_marked_tests(folder.path(), modules.front(), "integration");
  EXPECT_THAT(marked.packages, ElementsAre("./db", "./orders"));
  EXPECT_EQ(marked.pattern, "^(TestIntegrationOrders|TestPrices)$");
  EXPECT_EQ(marked.tags, "integration");
}

}  // namespace
}  // namespace crema::testing
