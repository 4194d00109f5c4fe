// Reports that real tools wrote (tests/data/evidence) become the records beside them. With
// CREMA_UPDATE_EXPECTED=1 in the environment the records are written anew: read the diff.
#include "crema/evidence/cobertura.h"
#include "crema/evidence/import.h"
#include "crema/evidence/junit.h"
#include "crema/evidence/lcov.h"
#include "crema/evidence/sarif.h"
#include "crema/formats/json.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace crema::evidence {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

const fs::path kFolder = fs::path(CREMA_SOURCE_DIR) / "tests/data/evidence";
constexpr std::string_view kExpected = ".expected.json";

std::string read(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

std::vector<fs::path> reports() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(kFolder)) {
    const bool in_folder = entry.path().parent_path() != kFolder;
    if (entry.is_regular_file() && in_folder && entry.path().extension() != ".json")
      files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::string records(const std::vector<Evidence>& evidence) {
  auto json = Json::array();
  for (const auto& one : evidence) {
    auto record = Json::parse(to_json({.origin = {}, .evidence = one}));
    record.erase("schema");
    record.erase("origin");
    json.push_back(std::move(record));
  }
  return formats::json_text(json, formats::JsonLayout::pretty) + "\n";
}

// The repository's files, which the reports name from other folders.
ReportRoot root() {
  return {.folder = "/home/ci/project", .exists = [](const std::string& path) {
            return path == "src/main/java/org/example/Menu.java" || path == "menu.py" ||
                   path == "src/menu.js" || path == "menu.cc" || path == "main.cc";
          }};
}

class RealReport : public testing::TestWithParam<fs::path> {};

TEST_P(RealReport, BecomesTheRecordsBesideIt) {
  const auto& file = GetParam();
  const auto source = std::make_shared<SourceFile>(file.filename().string(), read(file));
  const auto evidence = import_evidence(source, root());
  ASSERT_TRUE(evidence) << evidence.error().message;
  ASSERT_FALSE(evidence->empty());
  const auto expected = fs::path(file).replace_extension(std::string(kExpected));
  if (const auto* update = std::getenv("CREMA_UPDATE_EXPECTED"); update != nullptr)
    std::ofstream(expected) << records(*evidence);
  EXPECT_EQ(records(*evidence), read(expected));
}

template <typename Type>
std::vector<Type> all_of(const std::vector<Evidence>& evidence) {
  std::vector<Type> all;
  for (const auto& one : evidence) {
    if (const auto* it = std::get_if<Type>(&one)) all.push_back(*it);
  }
  return all;
}

std::shared_ptr<SourceFile> written(std::string text) {
  return std::make_shared<SourceFile>("written", std::move(text));
}

TEST_P(RealReport, KeepsItsCountsInEveryFormatItIsWrittenIn) {
  const auto evidence = import_evidence(written(read(GetParam())), root());
  ASSERT_TRUE(evidence);
  TestCounts was;
  TestCounts is;
  const auto suites = all_of<TestSuite>(*evidence);
  for (const auto& suite : suites) add_to(was, suite);
  const auto again = read_junit(written(junit_xml(suites)));
  ASSERT_TRUE(again);
  for (const auto& suite : *again) add_to(is, suite);
  EXPECT_EQ(std::tuple(is.passed, is.failed, is.skipped, is.failed_suites),
            std::tuple(was.passed, was.failed, was.skipped, was.failed_suites));
  for (const auto& coverage : all_of<Coverage>(*evidence)) {
    const auto total = total_of(coverage);
    const auto lcov = read_lcov(written(lcov_text(coverage)));
    const auto cobertura = read_cobertura(written(cobertura_xml(coverage, Time{})));
    ASSERT_TRUE(lcov && cobertura);
    for (const auto& other : {*lcov, *cobertura}) {
      EXPECT_EQ(total_of(other).covered, total.covered);
      EXPECT_EQ(total_of(other).statements, total.statements);
    }
  }
  const auto scans = all_of<Scan>(*evidence);
  const auto sarif = read_sarif(written(sarif_json(scans)));
  ASSERT_TRUE(sarif);
  ASSERT_EQ(sarif->size(), scans.size());
  for (std::size_t i = 0; i < scans.size(); ++i)
    EXPECT_EQ((*sarif)[i].findings.size(), scans[i].findings.size());
}

INSTANTIATE_TEST_SUITE_P(All, RealReport, testing::ValuesIn(reports()), [](const auto& info) {
  auto name = fs::relative(info.param, kFolder).string();
  std::ranges::replace_if(name, [](char c) { return std::isalnum(c) == 0; }, '_');
  return name;
});

}  // namespace
}  // namespace crema::evidence
