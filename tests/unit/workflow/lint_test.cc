// The rules on the files of tests/cases/lint: beside each workflow stands what must be said about
// it. CREMA_UPDATE=1 writes those files anew; read the difference before you commit it.
#include "crema/workflow/lint.h"

#include "lint_sites.h"

#include "crema/workflow/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace crema::workflow {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string line_of(const Diagnostic& finding) {
  const std::string severity = finding.severity == Severity::error ? "error" : "warning";
  return std::to_string(finding.span.line) + ":" + std::to_string(finding.span.column) + " " +
         severity + " " + finding.code + ": " + finding.message + "\n    " + finding.hint + "\n";
}

std::vector<fs::path> cases() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(CREMA_SOURCE_DIR) / "tests/cases/lint"))
    if (entry.path().extension() == ".yml") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

TEST(Lint, SaysOfEachCaseWhatStandsBesideIt) {
  std::set<std::string> seen;
  for (const auto& path : cases()) {
    const auto parsed = parse_workflow(
        std::make_shared<const SourceFile>(path.filename().string(), read(path)), {});
    std::string said;
    for (const auto& error : parsed.errors) said += line_of(error);
    for (const auto& warning : parsed.warnings) said += line_of(warning);
    if (parsed.ok()) {
      for (const auto& finding : lint(*parsed.workflow)) {
        said += line_of(finding);
        seen.insert(finding.code);
      }
    }
    fs::path expected = path;
    expected.replace_extension(".expected");
    if (std::getenv("CREMA_UPDATE") != nullptr) std::ofstream(expected, std::ios::binary) << said;
    EXPECT_EQ(said, read(expected)) << path;
  }
  for (const auto& rule : lint_rules())
    EXPECT_TRUE(seen.contains(std::string(rule.id))) << "no case for " << rule.id;
}

TEST(References, AreFoundOutsideTextsAndCalls) {
  std::vector<std::string> paths;
  for (const auto& reference :
       references_of("contains(github.event.commits.*.id, 'steps.a') && steps['b c'].outputs.d == "
                     "needs[github.ref].x || fromJSON(a.b).c")) {
    std::string path;
    for (const auto& part : reference.path) path += (path.empty() ? "" : "/") + part;
    paths.push_back(path);
  }
  EXPECT_THAT(paths, testing::ElementsAre("github/event/commits/*/id", "steps/b c/outputs/d",
                                          "needs", "github/ref", "a/b"));
}

}  // namespace
}  // namespace crema::workflow
