#include "crema/scan/dockerfile/dockerfile_scanner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::scan {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

DockerfileSettings agreed() {
  return {.trusted_registries = {"registry.example.com"},
          .labels = {{"com.example.link", LabelKind::url},
                     {"com.example.time", LabelKind::rfc3339},
                     {"com.example.licence", LabelKind::spdx},
                     {"com.example.hash", LabelKind::hash},
                     {"com.example.version", LabelKind::semver},
                     {"com.example.mail", LabelKind::email}},
          .strict_labels = true};
}

FileAnswer look(const Scanner& scanner, std::string_view text, std::string path = "Dockerfile") {
  const TreeFile file{.path = std::move(path), .size = text.size()};
  return scanner.look_at({.file = file, .text = text});
}

// "rule:line" of all that the rules of `only` find.
std::vector<std::string> found(std::string_view text, std::vector<std::string> only = {},
                               std::string path = "Dockerfile") {
  const auto scanner = make_dockerfile_scanner({.selection = {.only = std::move(only)}}).value();
  std::vector<std::string> all;
  for (const auto& one : look(*scanner, text, std::move(path)).found)
    all.push_back(one.finding.rule + ":" + std::to_string(one.finding.locations[0].line));
  return all;
}

TEST(DockerfileRules, FindTheirBadExamplesAndNotTheirGoodOnes) {
  auto settings = agreed();
  settings.selection.only = {"CRM-DOCKER-*"};
  const auto scanner = make_dockerfile_scanner(std::move(settings)).value();
  ASSERT_GT(scanner->rules().size(), 100u);
  for (const auto& rule : scanner->rules()) {
    for (const auto& example : rule.examples) {
      bool is_found = false;
      for (const auto& one : look(*scanner, example.text).found) {
        const auto& place = one.finding.locations[0];
        is_found = is_found || one.finding.rule == rule.id;
        EXPECT_FALSE(one.finding.message.empty()) << one.finding.rule;
        EXPECT_EQ(one.finding.message.find('{'), std::string::npos) << one.finding.message;
        EXPECT_GE(place.line, one.first_line) << one.finding.rule;
        EXPECT_LE(place.end_line, one.last_line) << one.finding.rule;
      }
      EXPECT_EQ(is_found, example.bad) << rule.id << " at line " << example.line << ":\n"
                                       << example.text;
    }
  }
}

TEST(DockerfileRules, AreKnownByThePeersNames) {
  EXPECT_THAT(found("FROM alpine:3.20\nUSER root\n", {"DL3002"}), ElementsAre("CRM-DOCKER-001:2"));
  EXPECT_THAT(found("FROM alpine:3.20\nUSER root\n", {"CKV_DOCKER_*"}),
              Contains("CRM-DOCKER-001:2"));
}

TEST(DockerfileRules, PointIntoContinuedLines) {
  const auto scanner = make_dockerfile_scanner({.selection = {.only = {"CKV2_DOCKER_2"}}}).value();
  const auto answer =
      look(*scanner, "FROM a:1\nRUN set -e; \\\n  # why\n  curl -k https://b && \\\n  c\n");
  ASSERT_THAT(answer.found, SizeIs(1));
  const auto& place = answer.found[0].finding.locations[0];
  EXPECT_EQ(place.line, 4u);
  EXPECT_EQ(place.column, 3u);
  EXPECT_EQ(place.end_column, 20u);
  EXPECT_EQ(answer.found[0].first_line, 2u);
  EXPECT_EQ(answer.found[0].last_line, 5u);
}

TEST(DockerfileRules, LookIntoHereDocumentsAndTriggers) {
  EXPECT_THAT(found("FROM a:1\nRUN <<EOF\nset -e\ncurl -k https://b\nEOF\n", {"CKV2_DOCKER_2"}),
              ElementsAre("CRM-DOCKER-200:4"));
  EXPECT_THAT(found("FROM a:1\nONBUILD RUN sudo ls\n", {"DL3004"}),
              ElementsAre("CRM-DOCKER-003:2"));
  EXPECT_THAT(
      found("FROM a:1\nRUN [\"/bin/sh\", \"-c\", \"curl -k https://b\"]\n", {"CKV2_DOCKER_2"}),
      ElementsAre("CRM-DOCKER-200:2"));
}

TEST(DockerfileRules, KeepTheirFingerprintsWhenLinesMove) {
  const auto scanner = make_dockerfile_scanner({}).value();
  const auto before = look(*scanner, "FROM a:1 AS b\nRUN apt install -y c\nUSER root\n");
  const auto after =
      look(*scanner, "# more\n\nFROM a:1 AS b\nENV A=1\n\nRUN apt install -y c\nUSER root\n");
  ASSERT_EQ(before.found.size(), after.found.size());
  for (std::size_t i = 0; i < before.found.size(); ++i) {
    EXPECT_EQ(before.found[i].subject, after.found[i].subject);
    EXPECT_EQ(before.found[i].content, after.found[i].content);
  }
}

TEST(DockerfileRules, ShowNoSecrets) {
  const auto scanner = make_dockerfile_scanner({.selection = {.only = {"CRM-DOCKER-*"}}}).value();
  const auto answer =
      look(*scanner,
           "FROM a:1\nENV DB_PASSWORD=hunter2\nRUN curl -k -u me:hunter2 https://b/c \\\n"
           " -H 'Authorization: Bearer hunter2' https://me:hunter2@d/e\n"
           "RUN echo app:hunter2 | chpasswd\n");
  EXPECT_GE(answer.found.size(), 4u);
  for (const auto& one : answer.found) {
    EXPECT_EQ(one.finding.message.find("hunter2"), std::string::npos) << one.finding.message;
    EXPECT_EQ(one.content.find("hunter2"), std::string::npos) << one.finding.rule;
  }
}

TEST(DockerfileScanner, SaysWhatItCouldNotRead) {
  const auto scanner = make_dockerfile_scanner({}).value();
  const auto answer = look(*scanner, "FROM a:1\nFOO bar\nUSER root\n");
  ASSERT_THAT(answer.not_scanned, SizeIs(1));
  EXPECT_EQ(answer.not_scanned[0].code, "dockerfile/unknown-instruction");
  EXPECT_EQ(answer.not_scanned[0].reason, "line 2: `FOO` is no instruction");
  EXPECT_FALSE(answer.found.empty());
  EXPECT_THAT(look(*scanner, std::string(2 << 20, 'x')).not_scanned, SizeIs(1));
}

TEST(DockerfileScanner, IsBounded) {
  const auto scanner = make_dockerfile_scanner({.selection = {.only = {"CRM-DOCKER-*"}}}).value();
  std::string ports = "FROM a:1\nEXPOSE";
  for (int i = 0; i < 3000; ++i) ports += " 22";
  const auto answer = look(*scanner, ports);
  ASSERT_THAT(answer.not_scanned, SizeIs(1));
  EXPECT_EQ(answer.not_scanned[0].code, "dockerfile/too-many");
  EXPECT_LT(answer.found.size(), 1100u);
  std::string doubling = "FROM a:1\nENV A0=x\n";
  for (int i = 0; i < 200; ++i)
    doubling += "ENV A" + std::to_string(i + 1) + "=$A" + std::to_string(i) + "$A" +
                std::to_string(i) + "\n";
  EXPECT_THAT(look(*scanner, doubling + "WORKDIR $A200\n").not_scanned, IsEmpty());
}

TEST(DockerfileScanner, LooksAtOddNamesOnlyWhereTheyBeginLikeOne) {
  EXPECT_THAT(found("# a\nARG V=1\nFROM a\n", {"DL3006"}, "docker/dockerfile-dev"), SizeIs(1));
  EXPECT_THAT(found("echo FROM a\n", {"DL3006"}, "dockerfile-dev"), IsEmpty());
}

TEST(DockerfileScanner, RefusesPagesItCannotFollow) {
  const auto page = [](std::string metadata) {
    return parse_rule(std::make_shared<SourceFile>(
                          "team.md", "---\nid: T-1\ntitle: t\nframework: dockerfile\n" + metadata +
                                         "\n---\nwhy\n\n## Bad\n```\nx\n```\n\n## Good\n```\n"
                                         "y\n```\n"))
        .value();
  };
  const auto code = [&](std::string metadata) {
    const auto made = make_dockerfile_scanner({.extra_rules = {page(std::move(metadata))}});
    return made ? std::string() : made.error().code;
  };
  EXPECT_EQ(code("run: {command: curl}\nmessage: m"), "");
  EXPECT_EQ(code("check: nothing"), "rule/check");
  EXPECT_EQ(code("run: {flags: [a]}\nmessage: m"), "rule/condition");
  EXPECT_EQ(code("run: {command: a, who: b}\nmessage: m"), "rule/condition");
  EXPECT_EQ(code("run: {command: a}"), "rule/condition");
  EXPECT_EQ(code("run: {command: a, matches: '('}\nmessage: m"), "rule/regex");
}

struct Name {
  std::string_view path;
  DockerfileName name;
};

class DockerfileNames : public testing::TestWithParam<Name> {};

TEST_P(DockerfileNames, AreTold) { EXPECT_EQ(dockerfile_name(GetParam().path), GetParam().name); }

INSTANTIATE_TEST_SUITE_P(All, DockerfileNames,
                         testing::Values(Name{"Dockerfile", DockerfileName::yes},
                                         Name{"a/Dockerfile", DockerfileName::yes},
                                         Name{"a/api.Dockerfile", DockerfileName::yes},
                                         Name{"Dockerfile.dev", DockerfileName::yes},
                                         Name{"Dockerfile.web.bak", DockerfileName::yes},
                                         Name{"api.dockerfile", DockerfileName::yes},
                                         Name{"Containerfile", DockerfileName::yes},
                                         Name{"dockerfile-dev", DockerfileName::maybe},
                                         Name{"Dockerfile.tmpl", DockerfileName::maybe},
                                         Name{"Dockerfile.dockerignore", DockerfileName::no},
                                         Name{"generate-dockerfiles.sh", DockerfileName::no},
                                         Name{"docker-compose.yml", DockerfileName::no},
                                         Name{"Dockerfile/main.go", DockerfileName::no}));

TEST(HadolintSettings, SayRegistriesAndLabels) {
  DockerfileSettings settings;
  const auto read = [&](std::string text) {
    return read_hadolint_settings(std::make_shared<SourceFile>(".hadolint.yaml", std::move(text)),
                                  settings);
  };
  ASSERT_TRUE(
      read("trustedRegistries:\n  - docker.io\nlabel-schema:\n  author: text\n  url: url\n"
           "strict-labels: true\nignored: [DL3008]\n"));
  EXPECT_THAT(settings.trusted_registries, ElementsAre("docker.io"));
  EXPECT_EQ(settings.labels.at("url"), LabelKind::url);
  EXPECT_TRUE(settings.strict_labels);
  ASSERT_TRUE(read("override:\n  error: [DL3007]\n  style: [DL4000]\n"));
  EXPECT_EQ(settings.severities.at("DL4000"), evidence::FindingSeverity::note);
  const auto scanner =
      make_dockerfile_scanner({.severities = std::move(settings.severities)}).value();
  for (const auto& one : look(*scanner, "FROM a:latest\n").found)
    if (one.finding.rule == "CRM-DOCKER-101")
      EXPECT_EQ(one.finding.severity, evidence::FindingSeverity::high);
  const auto wrong = read("label-schema:\n  a: colour\n");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, "dockerfile/settings");
  EXPECT_EQ(wrong.error().span.line, 2u);
}

}  // namespace
}  // namespace crema::scan
