#include "crema/scan/workflows/workflow_scanner.h"

#include "reachability.h"
#include "wanted_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::scan {
namespace {

FileAnswer look_at(std::string path, std::string_view text, std::vector<std::string> only = {}) {
  auto scanner = make_workflow_scanner({.selection = {.only = std::move(only)}});
  EXPECT_TRUE(scanner);
  const TreeFile file{.path = std::move(path)};
  return (*scanner)->look_at({.file = file, .text = text, .literals = {}});
}

TEST(WorkflowScanner, TakesFilesByTheirPlace) {
  auto scanner = make_workflow_scanner({});
  ASSERT_TRUE(scanner);
  for (const auto* path :
       {".github/workflows/a.yml", "example/.github/workflows/b.yaml", ".forgejo/workflows/c.yml",
        "action.yml", "tools/x/action.yaml", ".github/dependabot.yml"})
    EXPECT_TRUE((*scanner)->takes({.path = path})) << path;
  for (const auto* path : {"a.yml", ".github/workflows/sub/a.yml", ".github/workflows/a.json",
                           "x.github/workflows/a.yml", "dependabot.yml", ".github/labels.yml"})
    EXPECT_FALSE((*scanner)->takes({.path = path})) << path;
}

TEST(WorkflowScanner, SaysWhatItCouldNotLookAt) {
  const auto path = ".github/workflows/x.yml";
  EXPECT_EQ(look_at(path, "a: [").not_scanned.at(0).code, "yaml/syntax");
  EXPECT_EQ(look_at(path, "name: x\n").not_scanned.at(0).code, "workflow/not-one");
  EXPECT_EQ(look_at(path, std::string(2U << 20U, ' ')).not_scanned.at(0).code, "yaml/too-large");
  EXPECT_EQ(look_at(path, "jobs: \xff\xfe").not_scanned.size(), 1U);
  // Another tool's file of that name is nobody's mistake.
  EXPECT_THAT(look_at("action.yml", "type: call\n").not_scanned, testing::IsEmpty());
  std::string laughs = "jobs:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    laughs += "  a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) laughs += (j > 0 ? ", *a" : "*a") + std::to_string(i - 1);
    laughs += "]\n";
  }
  EXPECT_EQ(look_at(path, laughs).not_scanned.at(0).code, "workflow/too-large");
}

TEST(WorkflowScanner, LooksAtWhatGitHubWouldRefuse) {
  const auto answer = look_at(".github/workflows/x.yml",
                              "on: issues\nsurprise: 1\njobs:\n  a:\n    steps:\n      - run: echo "
                              "${{ github.event.issue.title }} ${{ nonsense( }}\n",
                              {"CRM-GHA-001"});
  ASSERT_EQ(answer.found.size(), 1U);
  EXPECT_EQ(answer.found[0].finding.locations[0].line, 6U);
  EXPECT_EQ(answer.found[0].finding.locations[0].column, 23U);
}

TEST(WorkflowScanner, FindsTheSameWhenLinesMove) {
  const std::string steps =
      "    steps:\n      - name: Greet\n        run: echo ${{ github.head_ref }}\n";
  const auto head = std::string("on: pull_request\njobs:\n  a:\n    runs-on: x\n");
  const auto a = look_at(".github/workflows/x.yml", head + steps, {"CRM-GHA-001"});
  const auto b =
      look_at(".github/workflows/x.yml", "# a comment\n\n" + head + "\n" + steps, {"CRM-GHA-001"});
  ASSERT_EQ(a.found.size(), 1U);
  ASSERT_EQ(b.found.size(), 1U);
  EXPECT_EQ(a.found[0].subject, "jobs.a.steps.Greet");
  EXPECT_EQ(a.found[0].subject, b.found[0].subject);
  EXPECT_EQ(a.found[0].content, b.found[0].content);
  EXPECT_EQ(b.found[0].finding.locations[0].line, a.found[0].finding.locations[0].line + 3);
}

TEST(Reachability, HoldsConditionsAgainstTriggers) {
  const auto file =
      read_workflow_file(WorkflowFileKind::workflow, std::make_shared<SourceFile>("x.yml", R"(on:
  push: {branches: [main, develop]}
  pull_request:
jobs:
  build: {if: github.event_name == 'push', steps: []}
  deploy: {needs: build, if: github.ref == 'refs/heads/main', steps: [
    {if: github.ref == 'refs/heads/develop', run: a}, {if: env.X != '', run: b},
    {if: always() && github.event_name == 'pull_request', run: c}]}
  never: {needs: build, if: github.event_name == 'pull_request', steps: []}
  late: {needs: build, if: always(), steps: []}
)"));
  ASSERT_TRUE(file);
  const Reachability reachability(*file);
  const auto events = [&](std::string_view job) {
    return reachability.events_of(*file->find_job(job)).size();
  };
  EXPECT_EQ(events("build"), 2U);
  EXPECT_EQ(events("deploy"), 1U);
  EXPECT_EQ(events("never"), 0U);
  EXPECT_EQ(events("late"), 3U);
  const auto& steps = file->find_job("deploy")->steps;
  EXPECT_FALSE(reachability.can_run(steps[0]));
  EXPECT_TRUE(reachability.can_run(steps[1]));
  EXPECT_FALSE(reachability.can_run(steps[2]));
  EXPECT_EQ(reachability.why_never(steps[0]),
            "`github.ref == 'refs/heads/develop'` is false for push to main, and nothing else gets "
            "this far");
}

TEST(WantedFiles, AreTheSameFromTheirNotes) {
  const std::vector<WantedFile> files = {{.tool = "zap",
                                          .path = ".zap/rules.tsv",
                                          .subject = "jobs.a.steps.Scan",
                                          .line = 7,
                                          .column = 3,
                                          .first_line = 5,
                                          .last_line = 9}};
  EXPECT_EQ(from_notes(to_notes(files)), files);
  EXPECT_THAT(from_notes("nonsense\n\x1f\x1f"), testing::IsEmpty());
}

}  // namespace
}  // namespace crema::scan
