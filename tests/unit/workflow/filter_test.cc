#include "filter.h"

#include "crema/workflow/trigger.h"

#include <gtest/gtest.h>

namespace crema::workflow {
namespace {

struct PatternCase {
  const char* pattern;
  std::vector<const char*> matching;
  std::vector<const char*> other;
};

// The behaviour GitHub documents for branches, tags and paths.
TEST(Pattern, MatchesAsDocumented) {
  const PatternCase cases[] = {
      {"feature/*",
       {"feature/my-branch", "feature/your-branch", "feature/"},
       {"feature", "feature/beta-a/my-branch", "my-feature/x"}},
      {"feature/**",
       {"feature/beta-a/my-branch", "feature/your-branch"},
       {"feature", "features/x"}},
      {"main", {"main"}, {"main2", "Main", "a/main", ""}},
      {"releases/mona-the-octocat", {"releases/mona-the-octocat"}, {"releases/mona"}},
      {"*", {"main", "releases", ""}, {"all/the/branches", "/"}},
      {"**", {"all/the/branches", "every/tag", "", "x"}, {}},
      {"*feature", {"mona-feature", "feature", "ver-10-feature"}, {"feature-x", "a/feature"}},
      {"v2*", {"v2", "v2.0", "v2.9"}, {"v1", "v2/x"}},
      {"v[12].[0-9]+.[0-9]+",
       {"v1.10.1", "v2.0.0"},
       {"v3.0.0", "v1..1", "v1.1", "v1.1.1-rc", "v1x1x1"}},
      {"*.jsx?", {"page.js", "page.jsx"}, {"page.jsxx", "src/page.js", "page.j"}},
      {"*.js", {"app.js", "index.js"}, {"js/index.js", "app_js", "app.jsx"}},
      {"**.js", {"index.js", "js/index.js", "src/js/app.js"}, {"index.ts"}},
      {"docs/*", {"docs/README.md", "docs/file.txt"}, {"docs/mona/octocat.txt", "docs"}},
      {"docs/**", {"docs/README.md", "docs/mona/octocat.txt"}, {"docs", "a/docs/x"}},
      {"docs/**/*.md",
       {"docs/README.md", "docs/mona/hello-world.md", "docs/a/markdown/file.md"},
       {"docs/x.txt", "docsx.md", "docs.md"}},
      {"**/docs/**",
       {"docs/hello.md", "dir/docs/my-file.txt", "space/docs/plan/space.doc"},
       {"mydocs/x", "docs"}},
      {"**/README.md",
       {"README.md", "js/README.md", "a/b/README.md"},
       {"xREADME.md", "README.mdx"}},
      {"**/*src/**", {"a/src/app.js", "my-src/code/js/app.js", "src/x"}, {"srcx/x"}},
      {"**/*-post.md", {"my-post.md", "path/their-post.md"}, {"post.md"}},
      {"**/migrate-*.sql",
       {"migrate-10909.sql", "db/migrate-v1.0.sql", "db/sept/migrate-v1.sql"},
       {"migrate.sql"}},
      {"a**/b", {"a/b", "ax/b", "a/x/b"}, {"ab", "b"}},
      {"[CB]at", {"Cat", "Bat"}, {"cat", "at", "CBat"}},
      {"[1-2]00", {"100", "200"}, {"300"}},
      {"[a-zA-Z0-9]x", {"ax", "Zx", "0x"}, {"-x", "_x"}},
      {"ab?c", {"ac", "abc"}, {"abbc"}},
      {"ab+c", {"abc", "abbbc"}, {"ac"}},
      {"\\*.md", {"*.md"}, {"x.md"}},
      {"a\\?b", {"a?b"}, {"ab", "b"}},
      {"+a", {"+a"}, {"a"}},
      {"a[b", {"a[b"}, {"ab"}},
      {"releases/v[0-9]+.x", {"releases/v10.x"}, {"releases/v.x", "releases/v1ax"}},
  };
  for (const PatternCase& test : cases) {
    for (const char* text : test.matching)
      EXPECT_TRUE(matches_pattern(test.pattern, text)) << test.pattern << " should match " << text;
    for (const char* text : test.other)
      EXPECT_FALSE(matches_pattern(test.pattern, text)) << test.pattern << " matches " << text;
  }
}

TEST(Filter, LetsLaterPatternsOverrideEarlierOnes) {
  const std::vector<std::string> no_readme = {"*.md", "!README.md"};
  EXPECT_TRUE(matches_filter(no_readme, "hello.md"));
  EXPECT_FALSE(matches_filter(no_readme, "README.md"));
  EXPECT_FALSE(matches_filter(no_readme, "docs/hello.md"));
  const std::vector<std::string> readme_again = {"*.md", "!README.md", "README*"};
  EXPECT_TRUE(matches_filter(readme_again, "README.md"));
  EXPECT_TRUE(matches_filter(readme_again, "README.doc"));
  const std::vector<std::string> releases = {"releases/**", "!releases/**-alpha"};
  EXPECT_TRUE(matches_filter(releases, "releases/10"));
  EXPECT_FALSE(matches_filter(releases, "releases/beta/3-alpha"));
  const std::vector<std::string> only_negative = {"!main"};
  EXPECT_FALSE(matches_filter(only_negative, "main"));
  EXPECT_FALSE(matches_filter(only_negative, "dev"));
  EXPECT_FALSE(matches_filter({}, "dev"));
}

TEST(Pattern, StaysQuickOnPatternsThatMakeBacktrackersSlow) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "**a";
  EXPECT_FALSE(matches_pattern(pattern + "b", std::string(2000, 'a')));
}

}  // namespace
}  // namespace crema::workflow
