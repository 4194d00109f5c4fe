#include "shell_commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::scan {
namespace {

using testing::ElementsAre;

std::vector<std::string> words_of(const ShellCommand& command) {
  std::vector<std::string> out;
  for (const auto& word : command.words) out.push_back(word.text);
  return out;
}

// Each command as "name arg arg", in the order they are read.
std::vector<std::string> shown(std::string_view script) {
  std::vector<std::string> out;
  for (const auto& command : shell_commands(script)) {
    std::string text;
    for (const auto& word : words_of(command)) text += (text.empty() ? "" : " ") + word;
    out.push_back(text);
  }
  return out;
}

TEST(ShellCommands, AreSplitAsAShellDoes) {
  EXPECT_THAT(shown("a b; c 'd e' && f | g"), ElementsAre("a b", "c d e", "f", "g"));
  EXPECT_THAT(shown("A=1 B=2 cmd \"x $Y\" # comment\nnext"), ElementsAre("cmd x $Y", "next"));
  EXPECT_THAT(shown("a \\\n  b\nc"), ElementsAre("a b", "c"));
  EXPECT_THAT(shown("if a b; then\n  c\nelse d\nfi"), ElementsAre("a b", "c", "d"));
  EXPECT_THAT(shown("cat > x << 'EOF'\nnot a command\nEOF\nb"), ElementsAre("cat", "b"));
  EXPECT_THAT(shown("x=$(a b | c)\nd"), ElementsAre("a b", "c", "d"));
  EXPECT_THAT(shown("echo ${{ a && b }} c"), ElementsAre("echo ${{ a && b }} c"));
  EXPECT_THAT(shown("(a; b) || c"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(shown("echo 'never ends"), ElementsAre("echo never ends"));
}

TEST(ShellCommands, KnowTheirLinesAndTargets) {
  const auto commands = shell_commands("a\n\nb 2>&1 > out.txt\nc >> \"$GITHUB_ENV\"\n");
  ASSERT_EQ(commands.size(), 3U);
  EXPECT_EQ(commands[1].line, 2U);
  EXPECT_THAT(words_of(commands[1]), ElementsAre("b"));
  EXPECT_THAT(commands[1].redirected_to, ElementsAre("out.txt"));
  EXPECT_THAT(commands[2].redirected_to, ElementsAre("$GITHUB_ENV"));
}

TEST(ShellCommands, KnowWhoseFailureIsLost) {
  const auto ignored = [](std::string_view script) {
    return shell_commands(script)[0].failure_ignored;
  };
  EXPECT_TRUE(ignored("scan . || true"));
  EXPECT_TRUE(ignored("scan . | tee x || :"));
  EXPECT_TRUE(ignored("scan . || echo failed"));
  EXPECT_TRUE(ignored("scan . ||\n  exit 0"));
  EXPECT_FALSE(ignored("scan . || exit 1"));
  EXPECT_FALSE(ignored("scan .\ntrue"));
  EXPECT_FALSE(ignored("scan . && true"));
  const auto piped = shell_commands("scan . | tee x");
  EXPECT_TRUE(piped[0].feeds_pipe);
  EXPECT_TRUE(piped[1].takes_pipe);
  EXPECT_EQ(piped[0].pipeline, piped[1].pipeline);
  EXPECT_TRUE(shell_commands("if scan .; then a; fi")[0].is_condition);
  EXPECT_TRUE(sets_pipefail(shell_commands("set -euo pipefail\nscan | tee x")));
  EXPECT_FALSE(sets_pipefail(shell_commands("set -e\nscan | tee x")));
}

TEST(ShellCommands, AreNamedByWhatTheyRun) {
  EXPECT_EQ(shell_commands("sudo -E /usr/local/bin/trivy fs .")[0].name(), "trivy");
  EXPECT_EQ(shell_commands("npx --yes snyk test")[0].name(), "snyk");
  const auto command = shell_commands("trivy image --exit-code=0 --severity HIGH app")[0];
  EXPECT_EQ(command.value_of("--exit-code"), "0");
  EXPECT_EQ(command.value_of("--severity"), "HIGH");
  EXPECT_EQ(command.value_of("--format"), "");
  EXPECT_TRUE(command.has_argument("image"));
}

TEST(ShellCommands, EndWithWhateverTheyAreGiven) {
  std::string nested;
  for (int i = 0; i < 20'000; ++i) nested += "$(";
  shell_commands(nested);
  EXPECT_LE(shell_commands(std::string(200'000, ';') + std::string(200'000, 'a')).size(), 1U);
  std::string many;
  for (int i = 0; i < 20'000; ++i) many += "a\n";
  EXPECT_LE(shell_commands(many).size(), 5'000U);
}

}  // namespace
}  // namespace crema::scan
