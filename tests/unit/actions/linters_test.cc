#include "builtins.h"
#include "go_tool.h"
#include "job_double.h"

#include <gtest/gtest.h>

namespace crema::actions {
namespace {

// Linters that are shell scripts: what they are called with, and what becomes of their answers.
class LintersTest : public testing::Test {
 protected:
  LintersTest() : job_(testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::create_directories(job_.root() / "bin");
    job_.environment["PATH"] = (job_.root() / "bin").string() + ":/usr/bin:/bin";
  }
  void install(const std::string& name, const std::string& script) {
    job_.write("bin/" + name, "#!/bin/sh\n" + script);
    fs::permissions(job_.root() / "bin" / name, fs::perms::owner_all);
  }
  JobDouble job_;
};

TEST_F(LintersTest, StaticcheckUsesTheInstalledOne) {
  install("staticcheck",
          "[ \"$1\" = -version ] && echo 'staticcheck 2023.1.6 (0.4.6)' && exit\n"
          "echo \"$PWD $*\"\n");
  job_.write("workspace/sub/go.mod", "module m\n");
  job_.inputs = {{"version", "2023.1.6"}, {"working-directory", "sub"}, {"build-tags", "a,b"}};
  const auto result = job_.run_main(kStaticcheck);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_TRUE(job_.said((job_.workspace() / "sub").string() +
                        " -tags a,b -checks inherit -f text -go module ./..."))
      << job_.logged;
  EXPECT_EQ(job_.matchers.size(), 1u);
}

TEST_F(LintersTest, StaticcheckThatFindsSomethingFails) {
  install("staticcheck", "[ \"$1\" = -version ] && exit\necho 'a.go:1:2: bad (SA1000)'; exit 1\n");
  const auto result = job_.run_main(kStaticcheck);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "actions/findings");
  EXPECT_TRUE(job_.said("SA1000"));
}

constexpr std::string_view kGolangci =
    R"sh([ "$1" = version ] && echo "golangci-lint has version @V@ built with go1.24" && exit
echo "args: $*"
for word; do
  case $word in
    --output.json.path=*) file=${word#--output.json.path=} ;;
    --out-format=json:*) file=${word#--out-format=json:}; file=${file%%,*} ;;
  esac
done
cat > "$file" <<'END'
{"Issues": [{"FromLinter": "errcheck", "Text": "unchecked", "Severity": "",
             "Pos": {"Filename": "a/b.go", "Line": 7, "Column": 3}},
            {"FromLinter": "lll", "Text": "long", "Severity": "warning", "Pos": {"Filename": "c.go", "Line": 1}}]}
END
exit 1
)sh";

TEST_F(LintersTest, GolangciLintV2IssuesBecomeAnnotations) {
  install("golangci-lint", replace_all(std::string(kGolangci), "@V@", "2.3.1"));
  job_.inputs = {{"version", "v2.3"},
                 {"working-directory", "sub"},
                 {"args", "--timeout=10m '--config=my file.yml'"}};
  fs::create_directories(job_.workspace() / "sub");
  const auto result = job_.run_main(kGolangciLint);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "issues found");
  EXPECT_TRUE(job_.said("--output.text.path=stdout --timeout=10m --config=my file.yml"))
      << job_.logged;
  ASSERT_EQ(job_.annotations.size(), 2u);
  EXPECT_EQ(job_.annotations[0].file, "sub/a/b.go");
  EXPECT_EQ(job_.annotations[0].line, 7u);
  EXPECT_EQ(job_.annotations[0].message, "unchecked (errcheck)");
  EXPECT_EQ(job_.annotations[0].level, evidence::AnnotationLevel::error);
  EXPECT_EQ(job_.annotations[1].level, evidence::AnnotationLevel::warning);
}

TEST_F(LintersTest, OldActionsMeanGolangciLintV1ByLatest) {
  install("golangci-lint", replace_all(std::string(kGolangci), "@V@", "v1.55.2"));
  job_.inputs = {{"version", "latest"}, {"only-new-issues", "true"}};
  job_.set_github({{"action_ref", "v3"}});
  EXPECT_FALSE(job_.run_main(kGolangciLint));
  EXPECT_TRUE(job_.said("--out-format=json:")) << job_.logged;
  EXPECT_TRUE(job_.said(",line-number --new-from-rev=HEAD~")) << job_.logged;
}

TEST_F(LintersTest, WithoutLinterOrGoTheProblemIsNamed) {
  job_.environment["PATH"] = "/nowhere";
  for (const auto* action : {&kStaticcheck, &kGolangciLint}) {
    const auto result = job_.run_main(*action);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, "actions/program-not-found") << result.error().message;
  }
}

TEST(ShellWords, AreSplitAsAShellDoes) {
  EXPECT_EQ(shell_words("  a 'b c'  \"d 'e'\" f\\ g \"\" h=\"i j\"\n"),
            (std::vector<std::string>{"a", "b c", "d 'e'", "f g", "", "h=i j"}));
  EXPECT_TRUE(shell_words(" \t").empty());
}

}  // namespace
}  // namespace crema::actions
