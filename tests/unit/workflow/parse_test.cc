#include "crema/workflow/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::workflow {
namespace {

using testing::HasSubstr;

ParseResult parse(std::string text, Mode mode = Mode::strict, ParseOptions options = {}) {
  options.mode = mode;
  return parse_workflow(std::make_shared<const SourceFile>("w.yml", std::move(text)), options);
}

std::string job(const std::string& body) {
  return "on: push\njobs:\n  a:\n    runs-on: x\n" + body;
}

std::string place(const Diagnostic& problem) {
  return std::to_string(problem.span.line) + ":" + std::to_string(problem.span.column);
}

struct Wrong {
  std::string text, place, code, message, hint;
};

class SaysWhatIsWrong : public testing::TestWithParam<Wrong> {};

TEST_P(SaysWhatIsWrong, WithPlaceAndHint) {
  const Wrong& wrong = GetParam();
  const auto result = parse(wrong.text);
  ASSERT_FALSE(result.ok());
  const Diagnostic& error = result.errors.front();
  EXPECT_EQ(place(error), wrong.place);
  EXPECT_EQ(error.code, wrong.code);
  EXPECT_THAT(error.message, HasSubstr(wrong.message));
  EXPECT_THAT(error.hint, HasSubstr(wrong.hint));
}

INSTANTIATE_TEST_SUITE_P(
    Workflow, SaysWhatIsWrong,
    testing::Values(
        Wrong{"on: push\njobs:\n  a:\n    runs_on: x\n", "4:5", "workflow/unexpected-key",
              "`runs_on` is no key of `jobs.a`", "write `runs-on` instead"},
        Wrong{"on: pusch\njobs:\n  a:\n    runs-on: x\n", "1:5", "workflow/unexpected-value",
              "`pusch` is no value for `on`", "write `push` instead"},
        Wrong{"on:\n  pull-request:\njobs:\n  a:\n    runs-on: x\n", "2:3",
              "workflow/unexpected-key", "`pull-request` is no key of `on`",
              "write `pull_request` instead"},
        Wrong{job("    steps:\n      - run: a\n        uses: b/c@v1\n"), "7:9",
              "workflow/unexpected-key", "`uses` cannot stand beside `run`", "keep one"},
        Wrong{job("    steps:\n      - if: secrets.A != ''\n        run: a\n"), "6:13",
              "workflow/context-not-available", "`secrets` cannot be used in", "`env:`"},
        Wrong{job("    steps:\n      - run: a ${{ github.x }\n"), "6:14", "workflow/expression",
              "not closed", "`}}`"},
        Wrong{job("    steps:\n      - uses: actions/checkout\n"), "6:15", "workflow/uses",
              "`actions/checkout`", "`actions/checkout@v1`"},
        Wrong{job("  build:\n    runs-on: x\n    needs: [a, biuld2, c]\n"), "7:16",
              "workflow/needs", "no such job", "write `build` instead"},
        Wrong{job("    timeout-minutes: soon\n"), "5:22", "workflow/unexpected-value",
              "`soon` is no value for `jobs.a.timeout-minutes`", "a number"},
        Wrong{job("    steps:\n      - run: a\n        if: success('x')\n"), "7:13",
              "workflow/expression", "", ""},
        Wrong{"on:\n  schedule:\n    - cron: '61 * * * *'\njobs:\n  a:\n    runs-on: x\n", "3:13",
              "workflow/cron", "", ""},
        Wrong{"", "1:1", "workflow/unexpected-value", "the file is empty", "mapping"},
        Wrong{job("    strategy:\n      matrix:\n        v: []\n"), "7:12", "workflow/matrix",
              "`v` has no values", ""}));

TEST(ParseWorkflow, PointsIntoLongTexts) {
  const auto result =
      parse(job("    steps:\n      - run: |\n          one\n          ${{ fooo }}\n"));
  ASSERT_EQ(result.errors.size(), 1U);
  EXPECT_EQ(place(result.errors[0]), "6:14");
  ASSERT_EQ(result.errors[0].notes.size(), 1U);
  EXPECT_EQ(result.errors[0].notes[0].span.line, 8U);
  EXPECT_EQ(result.errors[0].notes[0].span.column, 15U);
}

TEST(ParseWorkflow, LenientRunsWhatGitHubRefuses) {
  const std::string text =
      "jobs:\n  a:\n    color: red\n    env:\n    continue-on-error: 'true'\n"
      "    steps:\n"
      "      - run: a\n        if: secrets.A != \"\"\n"
      "      - run: b\n        shell: ${{ github.x }}\n";
  EXPECT_FALSE(parse(text).ok());
  const auto result = parse(text, Mode::lenient);
  ASSERT_TRUE(result.ok()) << result.errors[0].message;
  EXPECT_EQ(result.warnings.size(), 8U);
  const Job& job = result.workflow->jobs[0];
  EXPECT_TRUE(job.continue_on_error.boolean);
  EXPECT_TRUE(job.env.is_null());
  EXPECT_EQ(job.steps[0].condition.text, "success() && (secrets.A != '')");
  EXPECT_EQ(std::get<RunStep>(job.steps[1].action).shell.kind, Token::Kind::expression);
}

TEST(ParseWorkflow, FlattensParallelStepsIntoBackgroundStepsAndAWait) {
  const auto result =
      parse(job("    steps:\n"
                "      - id: group\n        parallel:\n"
                "          - run: a\n          - id: b\n            uses: o/n@v1\n"
                "      - run: c\n"));
  ASSERT_TRUE(result.ok()) << result.errors[0].message;
  const auto& steps = result.workflow->jobs[0].steps;
  ASSERT_EQ(steps.size(), 4U);
  EXPECT_TRUE(steps[0].background);
  EXPECT_EQ(steps[0].id, "__run");
  EXPECT_EQ(steps[1].parallel_group, "group");
  EXPECT_EQ(steps[2].id, "group");
  EXPECT_THAT(std::get<WaitStep>(steps[2].action).ids, testing::ElementsAre("__run", "b"));
  EXPECT_EQ(steps[3].id, "__run_2");
}

TEST(ParseWorkflow, ReadsTriggersInAllForms) {
  const auto result = parse(
      "on:\n  push:\n    branches: main\n    tags: [v*]\n  schedule:\n    - cron: 0 5 * * 1\n"
      "      timezone: Europe/Rome\n  workflow_dispatch:\n    inputs:\n      level:\n"
      "        type: choice\n        options: [a, b]\n        default: a\n  issues:\n"
      "    types: [opened, sneezed]\njobs:\n  a:\n    runs-on: x\n");
  ASSERT_TRUE(result.ok()) << result.errors[0].message;
  const Workflow& workflow = *result.workflow;
  EXPECT_THAT(workflow.find_trigger("push")->branches, testing::ElementsAre("main"));
  EXPECT_EQ(workflow.find_trigger("schedule")->schedules[0].timezone, "Europe/Rome");
  ASSERT_EQ(workflow.dispatch_inputs.size(), 1U);
  EXPECT_EQ(workflow.dispatch_inputs[0].type, InputType::choice);
  EXPECT_THAT(workflow.dispatch_inputs[0].options, testing::ElementsAre("a", "b"));
  ASSERT_EQ(result.warnings.size(), 1U);
  EXPECT_EQ(result.warnings[0].code, "workflow/unknown-activity");
}

TEST(ParseWorkflow, HoldsAgainstAliasBombs) {
  std::string text = "on: push\nenv:\n  x0: &a0 {a: b, c: d}\n";
  for (int i = 1; i < 30; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "  x" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + ", " + before +
            "]\n";
  }
  const auto result = parse(text + "jobs: *a29\n");
  ASSERT_FALSE(result.ok());
  EXPECT_TRUE(std::any_of(result.errors.begin(), result.errors.end(), [](const auto& error) {
    return error.code == "workflow/unexpected-value" || error.code == "workflow/too-large";
  }));
}

TEST(ParseWorkflow, QualifiesLocalCallsOfRemoteWorkflows) {
  ParseOptions options;
  std::vector<std::string> loaded;
  options.load = [&](std::string_view reference) -> Result<SourcePtr> {
    loaded.emplace_back(reference);
    const bool outer = reference == "o/n/.github/workflows/a.yml@v2";
    return std::make_shared<const SourceFile>(
        std::string(reference),
        outer ? "on: workflow_call\njobs:\n  b:\n    uses: ./.github/workflows/b.yml\n"
              : "on: workflow_call\njobs:\n  c:\n    runs-on: x\n");
  };
  const auto result = parse("on: push\njobs:\n  a:\n    uses: o/n/.github/workflows/a.yml@v2\n",
                            Mode::strict, options);
  ASSERT_TRUE(result.ok()) << result.errors[0].message;
  EXPECT_THAT(loaded, testing::ElementsAre("o/n/.github/workflows/a.yml@v2",
                                           "o/n/.github/workflows/b.yml@v2"));
}

TEST(ParseWorkflow, SaysWhoCalledAFileWithErrors) {
  ParseOptions options;
  options.load = [](std::string_view reference) -> Result<SourcePtr> {
    return std::make_shared<const SourceFile>(std::string(reference),
                                              "on: workflow_call\njobs:\n  a:\n    color: red\n");
  };
  const auto result = parse("on: push\njobs:\n  a:\n    uses: ./b.yml\n", Mode::strict, options);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.errors[0].span.source->path(), "./b.yml");
  ASSERT_FALSE(result.errors[0].notes.empty());
  EXPECT_EQ(result.errors[0].notes.back().span.line, 4U);
}

TEST(ParseWorkflow, StopsAtTenErrors) {
  std::string text = "on: push\njobs:\n  a:\n    runs-on: x\n";
  for (int i = 0; i < 20; ++i) text += "    k" + std::to_string(i) + ": 1\n";
  EXPECT_EQ(parse(text).errors.size(), 10U);
}

}  // namespace
}  // namespace crema::workflow
