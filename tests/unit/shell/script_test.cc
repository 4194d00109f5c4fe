#include "crema/shell/script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::shell {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// "name argument argument", one a command; what another command starts has its name in front.
std::vector<std::string> commands(std::string_view text) {
  std::vector<std::string> all;
  for (const auto& command : parse_script(text).commands) {
    std::string line = command.started_by.empty() ? "" : command.started_by + ": ";
    for (const auto& word : command.assignments) line += word.text + " ";
    line += command.name.text;
    for (const auto& word : command.arguments) line += "|" + word.text;
    all.push_back(line);
  }
  return all;
}

TEST(Script, IsItsCommands) {
  EXPECT_THAT(
      commands("apt-get update && apt-get -y install a b; rm -rf x || true & wait\nls"),
      ElementsAre("apt-get|update", "apt-get|-y|install|a|b", "rm|-rf|x", "true", "wait", "ls"));
  EXPECT_THAT(commands("A=1 B='2 3' make all # comment && no"), ElementsAre("A=1 B=2 3 make|all"));
  EXPECT_THAT(commands("X=1"), ElementsAre("X=1 "));
  EXPECT_THAT(commands("  \n ;; # nothing"), IsEmpty());
}

TEST(Script, TakesQuotesAway) {
  EXPECT_THAT(commands(R"(echo 'a && b' "c; $d \"e\"" f\ g h"i"'j' $'k')"),
              ElementsAre(R"(echo|a && b|c; $d "e"|f g|hij|k)"));
  EXPECT_THAT(commands("echo ${A:-b c} $((1 + 2))"), ElementsAre("echo|${A:-b c}|$((1 + 2))"));
  EXPECT_THAT(commands("echo 'no end && x"), ElementsAre("echo|no end && x"));
  EXPECT_THAT(commands("a \\\n  b"), ElementsAre("a|b"));
}

TEST(Script, LooksIntoCompoundCommands) {
  EXPECT_THAT(commands("if [ -f a ]; then b; elif c; then d; else e; fi"),
              ElementsAre("[|-f|a|]", "b", "c", "d", "e"));
  EXPECT_THAT(commands("for x in a b; do run $x; done; while read l; do w; done"),
              ElementsAre("run|$x", "read|l", "w"));
  EXPECT_THAT(commands("case $x in a|b) one;; (c) two; three ;; *) four; esac; after"),
              ElementsAre("one", "two", "three", "four", "after"));
  EXPECT_THAT(commands("f() { g; }; function h { i; }; ( cd d && j ) ; { k; }"),
              ElementsAre("g", "i", "cd|d", "j", "k"));
  EXPECT_THAT(commands("[[ -f a && b > c ]] && d"), ElementsAre("[[|-f|a|&&|b|>|c", "d"));
  EXPECT_THAT(commands("a=(b c) && d"), ElementsAre("a= ", "d"));
}

TEST(Script, LooksIntoSubstitutions) {
  EXPECT_THAT(commands("a $(b \"$(c)\") `d e` <(f)"),
              ElementsAre("a|$(b \"$(c)\")|`d e`|<(f)", "b|$(c)", "c", "d|e", "f"));
  EXPECT_THAT(commands("V=$(curl -k u)"), ElementsAre("V=$(curl -k u) ", "curl|-k|u"));
}

TEST(Script, LooksIntoWhatCommandsStart) {
  EXPECT_THAT(commands("sudo -u app apt-get install x"),
              ElementsAre("sudo|-u|app|apt-get|install|x", "sudo: apt-get|install|x"));
  EXPECT_THAT(commands("env A=1 bash -euxo pipefail -c 'b | c'"),
              ElementsAre("env|A=1|bash|-euxo|pipefail|-c|b | c",
                          "env: bash|-euxo|pipefail|-c|b | c", "bash: b", "bash: c"));
  EXPECT_THAT(commands("find . | xargs -n 1 rm -f"),
              ElementsAre("find|.", "xargs|-n|1|rm|-f", "xargs: rm|-f"));
  EXPECT_THAT(
      commands("timeout 5 curl u; command -v curl; bash script.sh"),
      ElementsAre("timeout|5|curl|u", "timeout: curl|u", "command|-v|curl", "bash|script.sh"));
}

TEST(Script, MayBeWordsAlready) {
  const auto script = script_of({{.text = "/bin/sh"}, {.text = "-c"}, {.text = "a && b"}});
  ASSERT_EQ(script.commands.size(), 3u);
  EXPECT_EQ(script.commands[2].name.text, "b");
  EXPECT_THAT(script_of({}).commands, IsEmpty());
}

TEST(Script, KnowsPipes) {
  const auto script = parse_script("curl u | sh; (a; b) | c && d");
  ASSERT_EQ(script.commands.size(), 6u);
  EXPECT_TRUE(script.has_pipe);
  EXPECT_TRUE(script.commands[0].piped);
  EXPECT_TRUE(script.commands[1].from_pipe);
  EXPECT_FALSE(script.commands[1].piped);
  EXPECT_TRUE(script.commands[3].piped);
  EXPECT_TRUE(script.commands[4].from_pipe);
  EXPECT_FALSE(parse_script("a || b").has_pipe);
}

TEST(Script, KnowsRedirectionsAndDocuments) {
  const auto script = parse_script("cat <<EOF >a 2>&1\ncurl x\nEOF\nbash <<-'E'\n\trun y\n\tE\nz");
  ASSERT_EQ(script.commands.size(), 4u);
  ASSERT_EQ(script.commands[0].redirections.size(), 3u);
  EXPECT_EQ(script.commands[0].redirections[0].text, "curl x\n");
  EXPECT_EQ(script.commands[0].redirections[1].target.text, "a");
  EXPECT_EQ(script.commands[0].redirections[2].sign, "2>&");
  EXPECT_EQ(script.commands[2].name.text, "run");
  EXPECT_EQ(script.commands[2].started_by, "bash");
  EXPECT_EQ(script.commands[3].name.text, "z");
}

TEST(Script, KnowsWhereWordsAre) {
  const std::string_view text = "a && curl -k 'b c' $(wget d)";
  const auto script = parse_script(text);
  ASSERT_EQ(script.commands.size(), 3u);
  const auto at = [&](const Word& word) { return text.substr(word.begin, word.end - word.begin); };
  EXPECT_EQ(at(script.commands[1].arguments[1]), "'b c'");
  EXPECT_EQ(at(script.commands[2].arguments[0]), "d");
  EXPECT_EQ(text.substr(script.commands[1].begin), text.substr(5));
}

TEST(Script, IsReadInLinearTime) {
  std::string nested;
  for (int i = 0; i < 5000; ++i) nested += "sh -c $(";
  EXPECT_LE(parse_script(nested).commands.size(), 100'000u);
  std::string flat;
  for (int i = 0; i < 100'000; ++i) flat += "a $(b) ";
  EXPECT_EQ(parse_script(flat).commands.size(), 100'001u);
}

TEST(Words, AreFlagsAndOperands) {
  const auto script =
      parse_script("apt-get -qq install --no-install-recommends -t stable a --x=y b");
  const auto& command = script.commands[0];
  EXPECT_EQ(count_flag(command, "q"), 2u);
  EXPECT_TRUE(has_flag(command, "no-install-recommends"));
  EXPECT_FALSE(has_flag(command, "install"));
  EXPECT_TRUE(has_argument(command, "install"));
  EXPECT_EQ(value_of_flag(command, "t"), "stable");
  EXPECT_EQ(value_of_flag(command, "x"), "y");
  std::vector<std::string> names;
  for (const auto* word : operands(command, {"t"})) names.push_back(word->text);
  EXPECT_THAT(names, ElementsAre("install", "a", "b"));
}

}  // namespace
}  // namespace crema::shell
