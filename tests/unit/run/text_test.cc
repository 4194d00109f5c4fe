// The text side of a step: commands, env files, shells and problem matchers, as tables. Cases after
// actions/runner's own L0 tests, in our words.
#include "command.h"
#include "env_file.h"
#include "problem_matcher.h"
#include "shell.h"

#include "crema/sys/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::run {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

struct CommandCase {
  std::string_view line, name, properties, data;
};

TEST(Command, IsReadAsTheRunnerReadsIt) {
  const CommandCase cases[] = {
      {"::notice::hello", "notice", "", "hello"},
      {"   ::Error file=a.go,line=3::bad", "Error", "file=a.go line=3 ", "bad"},
      {"::warning title=a%2Cb%3Ac::x %25 %0Ay", "warning", "title=a,b:c ", "x % \ny"},
      {"::debug::a::b::c", "debug", "", "a::b::c"},
      {"::x::%250A", "x", "", "%0A"},
      {"::set-output name=a=b::v", "set-output", "name=a=b ", "v"},
      {"::x a=,b=1::", "x", "b=1 ", ""},
      {"text ##[group k=v;x=y%3Bz]title", "group", "k=v x=y;z ", "title"},
      {"##[endgroup]", "endgroup", "", ""},
  };
  for (const auto& expected : cases) {
    const auto command = parse_command(expected.line);
    ASSERT_TRUE(command) << expected.line;
    EXPECT_EQ(command->name, expected.name) << expected.line;
    EXPECT_EQ(command->data, expected.data) << expected.line;
    std::string properties;
    for (const auto& [key, value] : command->properties) properties += key + "=" + value + " ";
    EXPECT_EQ(properties, expected.properties) << expected.line;
  }
  for (const auto* line : {"", "::", "::::x", "a ::notice::b", "::notice", "##[", "##[]x"}) {
    EXPECT_FALSE(parse_command(line)) << line;
  }
}

TEST(EnvFile, TakesLinesAndBlocks) {
  const auto values = parse_env_file(
      "A=1\r\n\nB=x<<y=z\nC<<EOF\none\n\n two \nEOF\nD<<END=1\nv\nEND=1\nE=\nA=2", "GITHUB_ENV");
  ASSERT_TRUE(values) << values.error().message;
  EXPECT_THAT(*values, ElementsAre(Pair("A", "1"), Pair("B", "x<<y=z"), Pair("C", "one\n\n two "),
                                   Pair("D", "v"), Pair("E", ""), Pair("A", "2")));
}

TEST(EnvFile, KeepsAnEmptyBlockAndInnerReturns) {
  const auto values = parse_env_file("A<<EOF\nEOF\nB<<EOF\r\nx\r\ny\r\nEOF\r\n", "GITHUB_OUTPUT");
  ASSERT_TRUE(values);
  EXPECT_THAT(*values, ElementsAre(Pair("A", ""), Pair("B", "x\r\ny")));
}

TEST(EnvFile, SaysWhichLineIsWrongButNotWhatStandsThere) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"A=1\nhunter2", "$GITHUB_ENV, line 2: expected NAME=value"},
      {"=hunter2", "line 1: the name before '=' is empty"},
      {"A<<\nhunter2", "line 1: a block needs a name and a delimiter"},
      {"A=1\nB<<EOF\nhunter2\nEOF ", "line 2: the block never ends"},
  };
  for (const auto& [text, message] : cases) {
    const auto values = parse_env_file(text, "GITHUB_ENV");
    ASSERT_FALSE(values) << text;
    EXPECT_THAT(values.error().message, HasSubstr(message));
    EXPECT_THAT(values.error().message, testing::Not(HasSubstr("hunter2")));
  }
}

TEST(Shell, BuildsTheRunnersCommandLines) {
  const auto has_all = [](std::string_view) { return true; };
  const auto line = [&](std::string_view shell, const HasProgram& has) {
    const auto command = shell_command(shell, "echo", "/t/x.sh", has);
    return command ? join(command->argv, "|") : command.error().message;
  };
  EXPECT_EQ(line("", has_all), "bash|-e|/t/x.sh");
  EXPECT_EQ(line("", [](std::string_view name) { return name != "bash"; }), "sh|-e|/t/x.sh");
  EXPECT_EQ(line("bash", has_all), "bash|--noprofile|--norc|-e|-o|pipefail|/t/x.sh");
  EXPECT_EQ(line("sh", has_all), "sh|-e|/t/x.sh");
  EXPECT_EQ(line("python", has_all), "python|/t/x.sh");
  EXPECT_EQ(line("python", [](std::string_view name) { return name == "python3"; }),
            "python3|/t/x.sh");
  EXPECT_EQ(line("perl -w {0}", has_all), "perl|-w|/t/x.sh");
  EXPECT_EQ(line("pwsh", has_all), "pwsh|-command|. '/t/x.sh'");
  EXPECT_THAT(line("perl", has_all), HasSubstr("has no {0}"));
  EXPECT_EQ(script_ending("python"), ".py");
  EXPECT_EQ(script_ending("bash {0}"), "");
}

constexpr std::string_view kGoMatcher = R"J({"problemMatcher": [{"owner": "go", "pattern": [
  {"regexp": "^\\s*(.+\\.go):(\\d+):(?:(\\d+):)? (.*)$", "file": 1, "line": 2, "column": 3, "message": 4}]}]})J";
constexpr std::string_view kEslintMatcher =
    R"J({"problemMatcher": [{"owner": "eslint", "severity": "warning", "pattern": [
  {"regexp": "^([^\\s].*)$", "file": 1},
  {"regexp": "^\\s+(\\d+):(\\d+)\\s+(error|warning)\\s+(.*)$", "line": 1, "column": 2, "severity": 3, "message": 4, "loop": true}]}]})J";

TEST(ProblemMatcher, FindsASingleLine) {
  ProblemMatchers matchers;
  matchers.add(parse_problem_matchers(kGoMatcher, "go.json").value());
  EXPECT_FALSE(matchers.match("ok"));
  const auto problem = matchers.match("  price_test.go:12:5: want 4");
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->file, "price_test.go");
  EXPECT_EQ(problem->line, "12");
  EXPECT_EQ(problem->message, "want 4");
  matchers.remove("GO");
  EXPECT_TRUE(matchers.empty());
}

TEST(ProblemMatcher, LoopsOverTheLastPattern) {
  ProblemMatchers matchers;
  matchers.add(parse_problem_matchers(kEslintMatcher, "eslint.json").value());
  EXPECT_FALSE(matchers.match("src/a.js"));
  const auto first = matchers.match("  1:2  error  no semicolon");
  const auto second = matchers.match("  3:4  warning  unused");
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->file, "src/a.js");
  EXPECT_EQ(second->file, "src/a.js");
  EXPECT_EQ(second->severity, "warning");
  EXPECT_FALSE(matchers.match("src/b.js"));
  EXPECT_EQ(matchers.match("  5:6  error  other")->file, "src/b.js");
}

TEST(ProblemMatcher, RefusesWhatCannotWork) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"{", "expected a JSON object"},
      {R"J({"problemMatcher": [{"pattern": []}]})J", "'owner'"},
      {R"J({"problemMatcher": [{"owner": "x", "pattern": [{"regexp": "(a", "message": 1}]}]})J",
       "not supported"},
      {R"J({"problemMatcher": [{"owner": "x", "pattern": [{"regexp": "(?=a)b", "message": 0}]}]})J",
       "not supported"},
      {R"J({"problemMatcher": [{"owner": "x", "pattern": [{"regexp": "a", "message": 1}]}]})J",
       "is no group"},
      {R"J({"problemMatcher": [{"owner": "x", "pattern": [{"regexp": "(a)", "message": 1, "loop": true}]}]})J",
       "cannot loop"},
  };
  for (const auto& [json, message] : cases) {
    const auto matchers = parse_problem_matchers(json, "m.json");
    ASSERT_FALSE(matchers) << json;
    EXPECT_THAT(matchers.error().message, HasSubstr(message));
  }
}

}  // namespace
}  // namespace crema::run
