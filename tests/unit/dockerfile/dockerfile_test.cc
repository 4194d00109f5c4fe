#include "crema/dockerfile/dockerfile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::dockerfile {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Dockerfile parse(std::string text) {
  return parse_dockerfile(std::make_shared<SourceFile>("Dockerfile", std::move(text))).value();
}

std::vector<std::string> texts(const std::vector<Word>& words) {
  std::vector<std::string> all;
  for (const auto& word : words) all.push_back(word.text);
  return all;
}

std::vector<std::string> problems(std::string text) {
  std::vector<std::string> all;
  for (const auto& problem : parse(std::move(text)).problems)
    all.push_back(problem.code + ":" + std::to_string(problem.span.line) + ":" +
                  std::to_string(problem.span.column));
  return all;
}

TEST(Dockerfile, IsInstructionsAndStages) {
  const auto file = parse(
      "ARG V=1\nFROM --platform=$BUILDPLATFORM golang:$V AS build\nRUN make\n"
      "from scratch\ncopy --from=build --chown=1:1 /a /b /c/\n");
  ASSERT_THAT(file.problems, IsEmpty());
  ASSERT_THAT(file.instructions, SizeIs(5));
  ASSERT_THAT(file.stages, SizeIs(2));
  EXPECT_EQ(file.stages[0].image.text, "golang:$V");
  EXPECT_EQ(file.stages[0].name.text, "build");
  EXPECT_EQ(file.stages[0].first, 2u);
  EXPECT_EQ(file.stages[0].last, 3u);
  EXPECT_EQ(file.instructions[1].flag("platform")->value, "$BUILDPLATFORM");
  EXPECT_EQ(file.instructions[4].flag("from")->value, "build");
  EXPECT_THAT(texts(file.instructions[4].words), ElementsAre("/a", "/b", "/c/"));
  EXPECT_EQ(file.find_stage("BUILD", 1), &file.stages[0]);
  EXPECT_EQ(file.find_stage("0", 1), &file.stages[0]);
  EXPECT_EQ(file.find_stage("1", 1), nullptr);
}

TEST(Dockerfile, JoinsContinuedLinesAndKnowsTheirPlaces) {
  const auto file =
      parse("FROM a\n  RUN one \\\n  # a comment\n\n    && two \\ \n  three\nUSER u\n");
  ASSERT_THAT(file.instructions, SizeIs(3));
  const auto& run = file.instructions[1];
  EXPECT_EQ(run.rest_text(), "one     && two   three");
  EXPECT_EQ(run.line, 2u);
  EXPECT_EQ(run.last_line, 6u);
  const auto at = run.text.text().find("two");
  EXPECT_EQ(run.place_of(at), (Place{5, 8}));
  EXPECT_EQ(run.place_of(run.text.text().find("one")), (Place{2, 7}));
  ASSERT_THAT(file.comments, SizeIs(1));
  EXPECT_EQ(file.comments[0].line, 3u);
}

TEST(Dockerfile, ObeysDirectives) {
  const auto file = parse("# syntax=docker/dockerfile:1\n# escape=`\nFROM a\nRUN b `\n c \\\n");
  EXPECT_EQ(file.escape, '`');
  EXPECT_EQ(file.syntax, "docker/dockerfile:1");
  ASSERT_THAT(file.instructions, SizeIs(2));
  EXPECT_EQ(file.instructions[1].rest_text(), "b  c \\");
  EXPECT_EQ(parse("FROM a\n# escape=`\nRUN b \\\nc\n").escape, '\\');
}

TEST(Dockerfile, ReadsHereDocuments) {
  const auto file = parse(
      "FROM a\nRUN <<EOF\n  apt-get update\n# kept\nEOF\nRUN bash -e <<-'X' && after\n\tone\n\tX\n"
      "COPY <<a <<b /d/\n1\na\n2\nb\nUSER u\n");
  ASSERT_THAT(file.problems, IsEmpty());
  ASSERT_THAT(file.instructions, SizeIs(5));
  const auto script = shell_text(file.instructions[1]);
  EXPECT_EQ(script.text(), "  apt-get update\n# kept\n");
  EXPECT_EQ(script.place_of(2), (Place{3, 3}));
  EXPECT_EQ(file.instructions[1].last_line, 5u);
  EXPECT_EQ(shell_text(file.instructions[2]).text(), "bash -e <<-'X' && after\none\nX");
  EXPECT_FALSE(file.instructions[2].documents[0].expands);
  ASSERT_THAT(file.instructions[3].documents, SizeIs(2));
  EXPECT_EQ(file.instructions[3].documents[1].text.text(), "2\n");
  EXPECT_EQ(file.instructions[4].verb, Verb::user);
}

TEST(Dockerfile, ReadsBothForms) {
  const auto file = parse(
      "FROM a\nCMD [\"a b\", \"\\\"c\\\"\"]\nCMD [a, b]\nENTRYPOINT run it\n"
      "HEALTHCHECK --interval=5s CMD [\"curl\", \"x\"]\nHEALTHCHECK NONE\nSHELL [\"/bin/bash\"]\n"
      "COPY [\"a b\", \"c/\"]\nVOLUME /a /b\n");
  ASSERT_THAT(file.instructions, SizeIs(9));
  EXPECT_TRUE(file.instructions[1].exec);
  EXPECT_THAT(texts(file.instructions[1].words), ElementsAre("a b", "\"c\""));
  EXPECT_FALSE(file.instructions[2].exec);
  EXPECT_THAT(texts(file.instructions[3].words), ElementsAre("run it"));
  EXPECT_TRUE(file.instructions[4].exec);
  EXPECT_EQ(file.instructions[4].flag("interval")->value, "5s");
  EXPECT_THAT(texts(file.instructions[7].words), ElementsAre("a b", "c/"));
  EXPECT_THAT(texts(file.instructions[8].words), ElementsAre("/a", "/b"));
}

TEST(Dockerfile, ReadsSettings) {
  const auto file =
      parse("FROM a\nENV A=1 B=\"2 3\" C=4\\ 5\nENV D the rest  of it\nARG E F=6\nLABEL g=h\n");
  const auto settings = [&](std::size_t index) {
    std::vector<std::string> all;
    for (const auto& [key, value] : file.instructions[index].settings)
      all.push_back(key.text + (value ? "=" + value->text : ""));
    return all;
  };
  EXPECT_THAT(settings(1), ElementsAre("A=1", "B=\"2 3\"", "C=4\\ 5"));
  EXPECT_THAT(settings(2), ElementsAre("D=the rest  of it"));
  EXPECT_THAT(settings(3), ElementsAre("E", "F=6"));
  EXPECT_THAT(settings(4), ElementsAre("g=h"));
}

TEST(Dockerfile, ReadsWhatIsTriggered) {
  const auto file = parse("FROM a\nONBUILD RUN make \\\n  install\n");
  ASSERT_THAT(file.instructions[1].trigger, SizeIs(1));
  const auto& run = file.instructions[1].trigger[0];
  EXPECT_EQ(run.verb, Verb::run);
  EXPECT_EQ(run.place_of(run.text.text().find("install")), (Place{3, 3}));
}

TEST(Dockerfile, SaysWhatBuildKitWouldRefuse) {
  EXPECT_THAT(problems(""), ElementsAre("dockerfile/no-stage:1:1"));
  EXPECT_THAT(problems("RUN a\nFROM b\n"), ElementsAre("dockerfile/no-stage:1:1"));
  EXPECT_THAT(problems("FROM a\nFOO bar\nUSER u\n"),
              ElementsAre("dockerfile/unknown-instruction:2:1"));
  EXPECT_THAT(problems("FROM a b\nRUN\nCOPY x\nSHELL y\nENV z\nHEALTHCHECK w\n"),
              ElementsAre("dockerfile/arguments:1:1", "dockerfile/arguments:2:1",
                          "dockerfile/arguments:3:1", "dockerfile/arguments:4:1",
                          "dockerfile/arguments:5:1", "dockerfile/arguments:6:1"));
  EXPECT_THAT(problems("FROM a\nRUN <<EOF\nno end\n"),
              testing::Contains("dockerfile/document:2:5"));
  EXPECT_THAT(problems("FROM a\nONBUILD FROM b\n"), ElementsAre("dockerfile/onbuild:2:9"));
}

TEST(Dockerfile, KnowsPlacesFarInALongLine) {
  const auto file = parse("FROM a\nRUN " + std::string(1000, ' ') + "\u00e4\u00e4 b\n");
  const auto& run = file.instructions[1];
  EXPECT_EQ(run.place_of(run.text.text().find('b')), (Place{2, 1008}));
}

TEST(Dockerfile, IsBounded) {
  const auto source = std::make_shared<SourceFile>("Dockerfile", std::string(2000, 'x'));
  EXPECT_EQ(parse_dockerfile(source, {.bytes = 1000}).error().code, "dockerfile/too-large");
  const auto two = std::make_shared<SourceFile>("Dockerfile", "FROM a\nUSER b\n");
  EXPECT_EQ(parse_dockerfile(two, {.instructions = 1}).error().code, "dockerfile/too-large");
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "FOO\n";
  EXPECT_THAT(parse(many).problems, SizeIs(20));
}

}  // namespace
}  // namespace crema::dockerfile
