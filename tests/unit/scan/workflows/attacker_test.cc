#include "attacker.h"

#include <gtest/gtest.h>

namespace crema::scan {
namespace {

WorkflowFile workflow(std::string text) {
  auto file =
      read_workflow_file(WorkflowFileKind::workflow,
                         std::make_shared<SourceFile>(".github/workflows/x.yml", std::move(text)));
  EXPECT_TRUE(file) << (file ? "" : file.error().message);
  return file ? std::move(*file) : WorkflowFile();
}

// Who decides on an expression in the last step of the last job.
Verdict who(const WorkflowFile& file, std::string_view expression) {
  const auto parsed = whole_expression(expression);
  const auto contexts = resulting_contexts(*parsed.tree());
  const Job& job = file.jobs.back();
  return who_controls(file, &job, &job.steps.back(), contexts.at(0));
}

constexpr const char* kFile = R"(on:
  issues:
  workflow_dispatch:
    inputs:
      text: {type: string}
      flag: {type: boolean}
env:
  REGISTRY: docker.io
  TITLE: ${{ github.event.issue.title }}
jobs:
  first:
    runs-on: x
    outputs:
      title: ${{ steps.read.outputs.title }}
      fixed: ${{ github.sha }}
    steps:
      - id: read
        run: echo "title=$T" >> "$GITHUB_OUTPUT"
        env:
          T: ${{ github.event.issue.title }}
      - run: ":"
  second:
    needs: first
    runs-on: x
    strategy:
      matrix:
        go: ["1.25"]
        name: ["${{ github.event.issue.body }}"]
    steps:
      - id: files
        uses: tj-actions/changed-files@v47
      - run: ":"
)";

TEST(WhoControls, FollowsValuesToWhereTheyComeFrom) {
  const auto file = workflow(kFile);
  const std::pair<const char*, Control> cases[] = {
      {"github.sha", Control::nobody},
      {"github.event.issue.number", Control::nobody},
      {"github.event.issue.title", Control::anybody},
      {"github.event.comment.user.login", Control::limited},
      {"github.actor", Control::limited},
      {"github.ref_name", Control::writers},
      {"github.event.pull_request.base.ref", Control::writers},
      {"secrets.TOKEN", Control::nobody},
      {"env.REGISTRY", Control::nobody},
      {"env.TITLE", Control::anybody},
      {"env.NOBODY_SET_IT", Control::unknown},
      {"env.GITHUB_RUN_ID", Control::nobody},
      {"inputs.text", Control::writers},
      {"inputs.flag", Control::nobody},
      {"matrix.go", Control::nobody},
      {"matrix.name", Control::anybody},
      {"needs.first.outputs.title", Control::anybody},
      {"needs.first.outputs.fixed", Control::unknown},
      {"needs.first.result", Control::nobody},
      {"steps.files.outputs.all_changed_files", Control::anybody},
      {"steps.files.outcome", Control::nobody},
      {"vars.NAME", Control::unknown},
  };
  for (const auto& [expression, expected] : cases)
    EXPECT_EQ(who(file, expression).control, expected) << expression;
  EXPECT_EQ(who(file, "env.TITLE").source, "github.event.issue.title");
}

TEST(WhoControls, LooksAtResultsOnly) {
  const auto contexts = [](std::string_view text) {
    std::string out;
    for (const auto& one : resulting_contexts(*whole_expression(text).tree()))
      out += one.path + " ";
    return out;
  };
  EXPECT_EQ(contexts("github.head_ref == 'x' && 'a' || 'b'"), "");
  EXPECT_EQ(contexts("github.event_name == 'x' && github.head_ref || 'b'"), "github.head_ref ");
  EXPECT_EQ(contexts("contains(github.event.issue.title, 'x')"), "");
  EXPECT_EQ(contexts("format('{0}', github.head_ref)"), "github.head_ref ");
  EXPECT_EQ(contexts("case(github.actor, inputs.a, inputs.b)"), "inputs.a inputs.b ");
  EXPECT_EQ(contexts("github.event.commits[0].message"), "github.event.commits.*.message ");
  EXPECT_EQ(contexts("fromJSON(inputs.x).y"), "inputs.x ");
}

TEST(WhoControls, EndsWhereValuesGoRoundInCircles) {
  const auto file = workflow(
      "on: push\nenv:\n  A: ${{ env.B }}\n  B: ${{ env.A }}\njobs:\n  a:\n"
      "    runs-on: x\n    steps:\n      - run: ':'\n");
  EXPECT_EQ(who(file, "env.A").control, Control::nobody);
}

TEST(RefIsBounded, ByLiteralFiltersOnly) {
  const auto bounded = [](const char* on) {
    return ref_is_bounded(workflow(std::string("on:\n") + on + "jobs: {}\n"));
  };
  EXPECT_TRUE(bounded("  push: {branches: [main, develop]}\n  pull_request:\n"));
  EXPECT_FALSE(bounded("  push:\n"));
  EXPECT_FALSE(bounded("  push: {branches: ['release/**']}\n"));
  EXPECT_FALSE(bounded("  workflow_dispatch:\n"));
}

}  // namespace
}  // namespace crema::scan
