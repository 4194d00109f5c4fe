#include "crema/scan/compose/compose_scanner.h"

#include "compose_file.h"

#include "crema/scan/infra/yaml_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::scan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

FileAnswer look(const Scanner& scanner, std::string_view text, std::string path = "compose.yml") {
  const TreeFile file{.path = std::move(path), .size = text.size()};
  const std::uint32_t literals[] = {0};
  return scanner.look_at({.file = file, .text = text, .literals = literals});
}

std::vector<std::string> told(const std::vector<Found>& found) {
  std::vector<std::string> all;
  for (const auto& one : found)
    all.push_back(one.finding.rule.substr(12) + ":" +
                  std::to_string(one.finding.locations[0].line));
  return all;
}

// "rule's number:line" of all that the rules of `only` find.
std::vector<std::string> found(std::string_view text, std::vector<std::string> only) {
  const auto scanner = make_compose_scanner({.selection = {.only = std::move(only)}}).value();
  return told(look(*scanner, text).found);
}

TEST(ComposeRules, FindTheirBadExamplesAndNotTheirGoodOnes) {
  const auto scanner = make_compose_scanner({.selection = {.only = {"CRM-COMPOSE-*"}}}).value();
  ASSERT_GE(scanner->rules().size(), 29u);
  for (const auto& rule : scanner->rules()) {
    for (const auto& example : rule.examples) {
      bool is_found = false;
      for (const auto& one : look(*scanner, example.text).found) {
        is_found = is_found || one.finding.rule == rule.id;
        EXPECT_FALSE(one.finding.message.empty()) << one.finding.rule;
        EXPECT_GT(one.finding.locations[0].line, 0u) << one.finding.rule;
      }
      EXPECT_EQ(is_found, example.bad) << rule.id << " at line " << example.line << ":\n"
                                       << example.text;
    }
  }
}

TEST(ComposeRules, ShowNoSecrets) {
  const auto scanner = make_compose_scanner({}).value();
  const auto answer = look(*scanner,
                           "services:\n  a:\n    image: a:1\n    environment:\n"
                           "      - DB_PASSWORD=hunter2\n      - JWT_SECRET=${J:-hunter2}\n"
                           "  b:\n    image: b:1\n    environment: {API_KEY: hunter2}\n");
  EXPECT_GE(answer.found.size(), 3u);
  for (const auto& one : answer.found) {
    EXPECT_EQ(one.finding.message.find("hunter2"), std::string::npos) << one.finding.message;
    EXPECT_EQ(one.content.find("hunter2"), std::string::npos) << one.finding.rule;
  }
}

TEST(ComposeRules, TellPlaceholdersFromSecrets) {
  EXPECT_THAT(found("services:\n  a:\n    image: a:1\n    environment:\n"
                    "      - OPENAI_API_KEY=your-api-key\n      - JWT_SECRET=your-secret\n"
                    "      - TOKEN_TTL=60\n      - API_TOKEN=${API_TOKEN}\n",
                    {"CRM-COMPOSE-024"}),
              ElementsAre("024:6"));
}

TEST(ComposeRules, SeeWhatAnchorsAndMergeKeysSay) {
  EXPECT_THAT(found("x-base: &base\n  privileged: true\nservices:\n  a:\n    <<: *base\n"
                    "    image: a:1\n  b:\n    image: b:1\n",
                    {"CRM-COMPOSE-001"}),
              ElementsAre("001:2"));
}

TEST(ComposeRules, SeeTheDefaultsOfVariables) {
  EXPECT_THAT(found("services:\n  a:\n    image: a:${TAG:-latest}\n  b:\n    image: b:${TAG}\n",
                    {"CRM-COMPOSE-026"}),
              ElementsAre("026:3"));
}

TEST(ComposeRules, MissNothingInAServiceOfAnotherFile) {
  EXPECT_THAT(found("services:\n  a:\n    environment: {A: b}\n", {"CRM-COMPOSE-020"}), IsEmpty());
  EXPECT_THAT(found("services:\n  a:\n    image: a:1\n", {"CRM-COMPOSE-020"}),
              ElementsAre("020:2"));
}

TEST(ComposeRules, FollowExtends) {
  EXPECT_THAT(found("services:\n  base:\n    image: a:1\n    healthcheck: {test: x}\n"
                    "  a:\n    extends: base\n    restart: always\n",
                    {"CRM-COMPOSE-020"}),
              IsEmpty());
  const auto scanner =
      make_compose_scanner({.selection = {.only = {"CRM-COMPOSE-001", "CRM-COMPOSE-020"}}}).value();
  const auto base = look(*scanner,
                         "services:\n  base:\n    image: a:1\n    privileged: true\n"
                         "    healthcheck: {test: x}\n",
                         "common/base.compose.yml");
  const auto user = look(*scanner,
                         "services:\n  a:\n    restart: always\n    extends:\n"
                         "      file: ../common/base.compose.yml\n      service: base\n",
                         "web/compose.yml");
  EXPECT_THAT(told(base.found), ElementsAre("001:4"));
  EXPECT_THAT(user.found, IsEmpty());
  const FileNotes notes[] = {{"common/base.compose.yml", base.notes},
                             {"web/compose.yml", user.notes}};
  const auto answer = scanner->conclude(notes);
  EXPECT_THAT(told(answer.found), ElementsAre("001:4"));
  EXPECT_EQ(answer.found[0].finding.locations[0].path, "web/compose.yml");
}

TEST(ComposeScanner, SaysWhatItCouldNotRead) {
  const auto scanner = make_compose_scanner({}).value();
  const auto answer = look(*scanner, "services:\n  a: [\n");
  ASSERT_THAT(answer.not_scanned, SizeIs(1));
  EXPECT_EQ(answer.not_scanned[0].code, "yaml/syntax");
  EXPECT_THAT(look(*scanner, "version: '3'\n").found, IsEmpty());
  EXPECT_THAT(look(*scanner, "services: nothing\n").found, IsEmpty());
}

TEST(ComposeScanner, IsBounded) {
  const auto scanner = make_compose_scanner({.selection = {.only = {"CRM-COMPOSE-*"}}}).value();
  const auto code = [&](const std::string& text) {
    const auto answer = look(*scanner, text);
    return answer.not_scanned.empty() ? std::string() : answer.not_scanned[0].code;
  };
  std::string laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 9; ++i) {
    const auto before = "*a" + std::to_string(i - 1);
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int j = 0; j < 8; ++j) laughs += "," + before;
    laughs += "]\n";
  }
  EXPECT_EQ(code(laughs + "services:\n  a: {volumes: *a8}\n"), "yaml/too-large");
  EXPECT_EQ(code("services: " + std::string(10'000, '[')), "yaml/too-large");
  std::string many = "services:\n";
  for (int i = 0; i < 1500; ++i) many += "  s" + std::to_string(i) + ": {image: a}\n";
  EXPECT_EQ(code(many), "compose/too-many");
  for (int i = 0; i < 1500; ++i) many += "  t" + std::to_string(i) + ": {image: a}\n";
  EXPECT_EQ(code(many), "compose/too-large");
}

TEST(ComposeScanner, KnowsItsFiles) {
  for (const auto* name : {"compose.yaml", "a/docker-compose.yml", "docker-compose.prod.yml",
                           "web.compose.yaml", "compose_test.yml"})
    EXPECT_TRUE(is_compose_name(name)) << name;
  for (const auto* name : {"composer.yml", "decompose.yml", "compose.json", "compose/a.yml"})
    EXPECT_FALSE(is_compose_name(name)) << name;
}

struct Row {
  std::string_view text, expanded;
};

TEST(ComposeVariables, HaveDefaults) {
  for (const auto& [text, expanded] :
       {Row{"${A:-b}", "b"}, Row{"${A-b}c", "bc"}, Row{"${A:-${B:-c}}", "c"}, Row{"${A}", "${A}"},
        Row{"$A", "$A"}, Row{"$$A", "$A"}, Row{"${A:?no}", "${A:?no}"}, Row{"a ${", "a ${"},
        Row{"${A:-", "${A:-"}}) {
    auto node = std::make_shared<formats::YamlNode>();
    node->text = text;
    EXPECT_EQ(with_defaults(node)->text, expanded) << text;
  }
}

}  // namespace
}  // namespace crema::scan
