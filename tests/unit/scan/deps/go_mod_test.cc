#include "crema/scan/deps/go_mod.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

namespace crema::scan {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

SourcePtr file(std::string text) { return std::make_shared<SourceFile>("go.mod", std::move(text)); }

TEST(GoMod, HasAllItsDirectives) {
  const auto mod = parse_go_mod(file(R"(// A comment.
module "example.org/shop" // why not quoted

go 1.23.0
toolchain go1.24.4

require example.org/one v1.2.3
require (
	example.org/two v0.0.0-20240101000000-abcdefabcdef // indirect
	"example.org/three" v2.0.0+incompatible// indirect; but needed
)
require ()
exclude example.org/one v1.2.4
replace (
	example.org/one => ../one
	example.org/two v0.1.0 => example.org/fork v0.2.0
)
retract [v1.0.0, v1.1.0] // broken
tool example.org/two/cmd
godebug default=go1.21
)"));
  ASSERT_TRUE(mod) << mod.error().message;
  EXPECT_EQ(mod->path, "example.org/shop");
  EXPECT_EQ(mod->module_line, 2);
  EXPECT_EQ(mod->language.go, "1.23.0");
  EXPECT_EQ(mod->language.toolchain_line, 5);
  ASSERT_THAT(mod->requirements, SizeIs(3));
  EXPECT_EQ(mod->requirements[0].module, (GoModule{"example.org/one", "v1.2.3"}));
  EXPECT_FALSE(mod->requirements[0].indirect);
  EXPECT_EQ(mod->requirements[0].version_column, 25);
  EXPECT_TRUE(mod->requirements[1].indirect);
  EXPECT_EQ(mod->requirements[1].line, 9);
  EXPECT_EQ(mod->requirements[1].column, 2);
  EXPECT_EQ(mod->requirements[2].module, (GoModule{"example.org/three", "v2.0.0+incompatible"}));
  EXPECT_TRUE(mod->requirements[2].indirect);
  EXPECT_THAT(mod->exclusions, ElementsAre(GoModule{"example.org/one", "v1.2.4"}));
  ASSERT_THAT(mod->replacements, SizeIs(2));
  EXPECT_EQ(mod->replacements[0].to, (GoModule{"../one", ""}));
  EXPECT_EQ(mod->replacements[1].from.version, "v0.1.0");
  EXPECT_EQ(mod->replacements[1].to, (GoModule{"example.org/fork", "v0.2.0"}));
}

struct Wrong {
  const char* text;
  std::uint32_t line;
};

TEST(GoMod, SaysWhereItIsWrong) {
  for (const auto& [text, line] :
       {Wrong{"go 1.20\n", 1}, Wrong{"module m\nrequire a\n", 2},
        Wrong{"module m\nrequire (\n\ta v1\n", 2}, Wrong{"module m\nreplace a b\n", 2},
        Wrong{"module m\nreplace a => b c d\n", 2}, Wrong{"module \"m\n", 1},
        Wrong{"module m\nrequire a(\n", 2}, Wrong{"", 1}}) {
    const auto mod = parse_go_mod(file(text));
    ASSERT_FALSE(mod) << text;
    EXPECT_EQ(mod.error().code, "deps/go.mod") << text;
    EXPECT_EQ(mod.error().span.line, line) << text;
  }
}

TEST(GoWork, HasItsModules) {
  const auto work =
      parse_go_work(file("go 1.22\nuse (\n\t.\n\t./a\n)\nuse ./b\nreplace a => b v1\n"));
  ASSERT_TRUE(work);
  EXPECT_THAT(work->uses, ElementsAre(".", "./a", "./b"));
  EXPECT_THAT(work->replacements, SizeIs(1));
}

TEST(GoLanguage, GivesTheLeastVersionOfTheStandardLibrary) {
  EXPECT_EQ((GoLanguage{.go = "1.23.0", .toolchain = "go1.24.4"}).minimum(), "1.24.4");
  EXPECT_EQ((GoLanguage{.go = "1.23.0", .toolchain = "default"}).minimum(), "1.23.0");
  EXPECT_EQ((GoLanguage{.go = "1.25", .toolchain = "go1.24.4"}).minimum(), "1.25.0");
  EXPECT_EQ((GoLanguage{}).minimum(), "");
}

TEST(GoLanguage, IsPrunedFrom117On) {
  EXPECT_FALSE((GoLanguage{}).is_pruned());
  EXPECT_FALSE((GoLanguage{.go = "1.16"}).is_pruned());
  EXPECT_TRUE((GoLanguage{.go = "1.17"}).is_pruned());
  EXPECT_TRUE((GoLanguage{.go = "1.21rc1"}).is_pruned());
}

TEST(GoVersions, BecomeSemanticOnes) {
  EXPECT_EQ(semver_of_go("go1.21"), "1.21.0");
  EXPECT_EQ(semver_of_go("1.21rc2"), "1.21.0-rc.2");
  EXPECT_EQ(semver_of_go("go1.20.5"), "1.20.5");
  EXPECT_EQ(semver_of_go("go1.21.3-custom"), "1.21.3");
  EXPECT_EQ(semver_of_go("go1.18beta1"), "1.18.0-beta.1");
}

}  // namespace
}  // namespace crema::scan
