// What a change can affect, on a module made for it.
#include "crema/testing/go_impact.h"

#include "crema/sys/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class GoImpactTest : public ::testing::Test {
 protected:
  sys::Host host = sys::real_host();
  sys::TemporaryDirectory folder =
      sys::TemporaryDirectory::create(host.temporary_directory, "impact-").value();

  void SetUp() override {
    if (!host.find_program("go")) GTEST_SKIP() << "there is no go";
    write("go.mod", "module example.org/shop\n\ngo 1.20\n");
    write("menu/menu.go", "package menu\n\nfunc Price() int { return 3 }\n");
    write("menu/menu_test.go",
          "package menu\n\nimport \"testing\"\n\nfunc TestPrice(t *testing.T) {}\n");
    write("menu/testdata/prices.json", "{}");
    write("orders/orders.go",
          "package orders\n\nimport \"example.org/shop/menu\"\n\nvar P = menu.Price()\n");
    write("orders/orders_test.go",
          "package orders\n\nimport \"testing\"\n\nfunc TestOrders(t *testing.T) {}\n");
    write("web/web.go",
          "package web\n\nimport _ \"embed\"\n\n//go:embed static/page.html\nvar page string\n");
    write("web/static/page.html", "x");
    write("web/web_test.go",
          "package web_test\n\nimport (\"testing\"; _ \"example.org/shop/orders\")\n\n"
          "func TestWeb(t *testing.T) {}\n");
    write("fixtures/all.csv", "");
    write("reads/reads_test.go",
          "package reads\n\nimport (\"os\"; \"testing\")\n\n"
          "func TestReads(t *testing.T) { os.ReadFile(\"../fixtures/all.csv\") }\n");
    write("builds/builds_test.go",
          "package builds\n\nimport (\"os/exec\"; \"testing\")\n\nfunc TestBuilds(t *testing.T) {"
          " exec.Command(\"go\", \"build\", \"../web\").Run() }\n");
  }
  void write(const std::string& path, std::string_view text) {
    ASSERT_TRUE(sys::make_directories((folder.path() / path).parent_path()));
    ASSERT_TRUE(sys::write_file(folder.path() / path, text));
  }
  std::map<std::string, Impact, std::less<>> affected(std::vector<std::string> files) {
    const auto modules = find_go_modules(folder.path());
    const auto impact = GoImpact::read(folder.path(), modules, "", host);
    EXPECT_TRUE(impact) << impact.error().message;
    return impact->affected_by(files);
  }
  std::vector<std::string> names(std::vector<std::string> files) {
    std::vector<std::string> out;
    for (const auto& [path, reason] : affected(std::move(files)))
      out.push_back(path.substr(std::string("example.org/shop/").size()));
    return out;
  }
};

TEST_F(GoImpactTest, FollowsImports) {
  EXPECT_THAT(names({"menu/menu.go"}), ElementsAre("builds", "menu", "orders", "web"));
  EXPECT_EQ(explain_impact(affected({"menu/menu.go"}), "example.org/shop/web"),
            "example.org/shop/web its tests import example.org/shop/orders, which imports "
            "example.org/shop/menu: its file menu/menu.go changed");
  EXPECT_EQ(explain_impact(affected({"menu/menu.go"}), "example.org/shop/reads"), "");
}

TEST_F(GoImpactTest, KnowsThatTestsAffectNoImporter) {
  EXPECT_THAT(names({"menu/menu_test.go"}), ElementsAre("builds", "menu"));
}

TEST_F(GoImpactTest, FollowsDataToWhoReadsIt) {
  EXPECT_THAT(names({"menu/testdata/prices.json"}), ElementsAre("builds", "menu", "reads"));
  EXPECT_THAT(names({"web/static/page.html"}), ElementsAre("builds", "reads", "web"));
  EXPECT_THAT(names({"fixtures/all.csv"}), ElementsAre("builds", "reads"));
  EXPECT_THAT(names({"README.md", ".github/workflows/ci.yml"}), IsEmpty());
}

TEST_F(GoImpactTest, TakesTheModuleFileForAllOfIt) {
  EXPECT_EQ(names({"go.mod"}).size(), 5U);
  EXPECT_THAT(explain_impact(affected({"go.sum"}), "example.org/shop/menu"),
              HasSubstr("its module's go.sum changed"));
}

TEST_F(GoImpactTest, FindsWhoImportsAPackageThatIsGone) {
  ASSERT_TRUE(sys::remove_tree(folder.path() / "menu"));
  EXPECT_THAT(names({"menu/menu.go"}), ::testing::Contains("orders"));
}

}  // namespace
}  // namespace crema::testing
