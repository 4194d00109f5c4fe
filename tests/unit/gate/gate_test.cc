// Policies and evidence, and the table they make.
#include "crema/base/strings.h"
#include "crema/gate/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace crema::gate {
namespace {

using evidence::Record;
using evidence::TestOutcome;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

SourcePtr source(std::string text) {
  return std::make_shared<SourceFile>("crema.yml", std::move(text));
}
Policy policy(const std::string& text) {
  auto parsed = parse_policy(source(text));
  EXPECT_TRUE(parsed) << parsed.error().message;
  return parsed ? *parsed : Policy();
}
Record record(evidence::Evidence evidence) {
  return {.origin = {.job = "unit", .step = "Test"}, .evidence = std::move(evidence)};
}

evidence::TestSuite suite(TestOutcome outcome) {
  evidence::TestSuite made{.name = "example.org/a", .outcome = outcome};
  made.cases.push_back({.name = "TestA", .outcome = outcome});
  made.cases.push_back({.name = "TestB"});
  return made;
}
evidence::Scan scan(evidence::FindingSeverity severity, evidence::FindingState state) {
  evidence::Scan made{.scanner = "gosec"};
  made.findings.push_back({.rule = "G104",
                           .severity = severity,
                           .message = "an error is ignored",
                           .locations = {{.path = "a.go", .line = 3}},
                           .fingerprint = "abc",
                           .state = state});
  return made;
}

Context context() {
  return {.today = std::chrono::year(2026) / 11 / 23, .now = evidence::Time(500h)};
}

// "condition: state" of every row.
std::string states(const Verdict& verdict) {
  std::string out;
  for (const auto& row : verdict.rows)
    out += row.condition + ": " + std::string(to_text(row.state)) + "\n";
  return out;
}

TEST(Gate, NeverOpensWhereNobodyLooked) {
  const auto verdict = evaluate(Policy(), {}, context());
  EXPECT_FALSE(verdict.passed());
  EXPECT_THAT(states(verdict), HasSubstr("tests failed: missing"));
  EXPECT_THAT(states(verdict), HasSubstr("new critical findings: not looked at"));
  const auto demanding = evaluate(policy("gate: {findings: {critical: 0}}"),
                                  std::vector{record(suite(TestOutcome::passed))}, context());
  EXPECT_FALSE(demanding.passed());
  EXPECT_THAT(states(demanding), HasSubstr("new critical findings: missing"));
}

TEST(Gate, NamesTheFailedTests) {
  const auto verdict =
      evaluate(Policy(), std::vector{record(suite(TestOutcome::failed))}, context());
  EXPECT_FALSE(verdict.passed());
  const auto text = verdict_text(verdict, {});
  EXPECT_THAT(text, HasSubstr("tests failed"));
  EXPECT_THAT(text, HasSubstr("1 of 2"));
  EXPECT_THAT(text, HasSubstr("    TestA  example.org/a\n"));
  EXPECT_THAT(text, HasSubstr("unit, Test"));
  EXPECT_THAT(text, HasSubstr("The gate is closed"));
  EXPECT_THAT(verdict_markdown(verdict), HasSubstr("- `TestA  example.org/a`"));
}

TEST(Gate, HoldsEachServiceToItsOwn) {
  auto facts = context();
  facts.total = evidence::CoverageTotal{.covered = 79999, .statements = 100000};
  facts.services = {{"services/a", {.covered = 84, .statements = 100}, {"a.go:1  A"}},
                    {"services/b", {.covered = 84, .statements = 100}, {"b.go:1  B"}}};
  const std::vector records = {record(suite(TestOutcome::passed)),
                               record(evidence::Coverage{.tool = "go"})};
  const auto verdict = evaluate(policy("gate: {coverage: {services: {a: 85%}}}"), records, facts);
  EXPECT_THAT(states(verdict), HasSubstr("coverage: failed\n"));
  EXPECT_THAT(states(verdict), HasSubstr("coverage of services/a: failed\n"));
  EXPECT_THAT(states(verdict), HasSubstr("coverage of services/b: passed\n"));
  const auto text = verdict_text(verdict, {});
  EXPECT_THAT(text, HasSubstr("79.99 %"));
  EXPECT_THAT(text, HasSubstr("a.go:1  A"));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("b.go:1  B")));
}

TEST(Gate, CountsNewFindingsUnlessAllAreMeant) {
  using evidence::FindingSeverity;
  using evidence::FindingState;
  const auto opens = [](const std::string& text, FindingSeverity severity, FindingState state) {
    return evaluate(policy(text),
                    std::vector{record(suite(TestOutcome::passed)), record(scan(severity, state))},
                    context())
        .passed();
  };
  EXPECT_FALSE(opens("", FindingSeverity::critical, FindingState::fresh));
  EXPECT_TRUE(opens("", FindingSeverity::critical, FindingState::known));
  EXPECT_FALSE(
      opens("gate: {findings: {of: all}}", FindingSeverity::critical, FindingState::known));
  EXPECT_TRUE(
      opens("gate: {findings: {of: all}}", FindingSeverity::critical, FindingState::suppressed));
  EXPECT_TRUE(opens("", FindingSeverity::high, FindingState::fresh));
  EXPECT_TRUE(
      opens("gate: {findings: {critical: off}}", FindingSeverity::critical, FindingState::fresh));
  auto half = scan(FindingSeverity::note, FindingState::known);
  half.complete = false;
  EXPECT_FALSE(
      evaluate(Policy(), std::vector{record(suite(TestOutcome::passed)), record(half)}, context())
          .passed());
}

TEST(Gate, LetsPassWhatIsWaivedAndNotLongerThanUntil) {
  const std::string waiver =
      "gate:\n  waivers:\n    - {condition: G104, reason: r, owner: ann, until: ";
  const std::vector records = {
      record(suite(TestOutcome::passed)),
      record(scan(evidence::FindingSeverity::critical, evidence::FindingState::fresh))};
  const auto good = evaluate(policy(waiver + "2026-11-23}\n"), records, context());
  EXPECT_TRUE(good.passed());
  EXPECT_TRUE(good.waivers.at(0).used);
  const auto expired = evaluate(policy(waiver + "2026-11-22}\n"), records, context());
  EXPECT_FALSE(expired.passed());
  EXPECT_TRUE(expired.waivers.at(0).expired);
  EXPECT_THAT(verdict_text(expired, {}), HasSubstr("has expired"));
}

TEST(Gate, HoldsLoadHealthImagesAndTimesToTheirLimits) {
  evidence::LoadRun load{.script = "load.js",
                         .requests = 1000,
                         .failed = 9,
                         .requests_per_second = 1200,
                         .percentiles = {{"p95", 199ms}}};
  const auto opens = [&](const evidence::Evidence& evidence, const std::string& text = "") {
    return evaluate(policy(text), std::vector{record(suite(TestOutcome::passed)), record(evidence)},
                    context())
        .passed();
  };
  EXPECT_TRUE(opens(load));
  load.percentiles = {{"p95", 200ms}};
  EXPECT_FALSE(opens(load));
  EXPECT_TRUE(opens(load, "gate: {load: {p95: 250ms}}"));
  load.percentiles.clear();
  load.failed = 10;
  EXPECT_FALSE(opens(load));
  load.failed = 0;
  load.thresholds = {{"http_req_duration", "p(99)<1", false}};
  EXPECT_FALSE(opens(load));
  load.thresholds.clear();
  load.valid = false;
  EXPECT_FALSE(opens(load));
  EXPECT_TRUE(opens(load, "gate: {load: {valid: off}}"));
  EXPECT_FALSE(opens(evidence::HealthCheck{.service = "a", .healthy = false}));
  EXPECT_TRUE(opens(evidence::HealthCheck{.service = "a", .healthy = true}));
  EXPECT_FALSE(opens(evidence::Timing{.stage = "scan", .duration = 301s}));
  EXPECT_TRUE(opens(evidence::Timing{.stage = "scan", .duration = 300s}));
  EXPECT_FALSE(opens(evidence::Image{.name = "a:1", .created = evidence::Time(0h)},
                     "gate: {image: {age: 20d}}"));
  EXPECT_TRUE(opens(evidence::Image{.name = "a:1", .created = evidence::Time(0h)},
                    "gate: {image: {age: 21d}}"));
}

// Whatever is added to a closed gate's evidence, bad news do not open it.
TEST(Gate, StaysClosedWhenMoreFails) {
  const std::vector<evidence::Evidence> bad = {
      suite(TestOutcome::failed),
      scan(evidence::FindingSeverity::critical, evidence::FindingState::fresh),
      evidence::HealthCheck{.service = "a"}, evidence::Timing{.stage = "build", .duration = 1h},
      evidence::LoadRun{.script = "l", .valid = false}};
  for (std::size_t first = 0; first < bad.size(); ++first) {
    std::vector records = {record(suite(TestOutcome::passed)), record(bad[first])};
    ASSERT_FALSE(evaluate(Policy(), records, context()).passed()) << first;
    for (const auto& more : bad) {
      records.push_back(record(more));
      EXPECT_FALSE(evaluate(Policy(), records, context()).passed());
    }
  }
}

struct WrongPolicy {
  std::string text, message;
  std::uint32_t line, column;
};
class WrongPolicies : public ::testing::TestWithParam<WrongPolicy> {};

TEST_P(WrongPolicies, AreRefusedAtTheirPlace) {
  const auto parsed = parse_policy(source(GetParam().text));
  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.error().message, HasSubstr(GetParam().message));
  EXPECT_EQ(parsed.error().span.line, GetParam().line);
  EXPECT_EQ(parsed.error().span.column, GetParam().column);
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongPolicies,
    ::testing::Values(
        WrongPolicy{"gate:\n  covrage: {}\n", "unknown key 'covrage'", 2, 3},
        WrongPolicy{"gate: {coverage: {total: 180}}", "at most 100", 1, 26},
        WrongPolicy{"gate: {coverage: {total: much}}", "'much' is no number", 1, 26},
        WrongPolicy{"gate: {tests: {failed: 1.5}}", "no whole number", 1, 24},
        WrongPolicy{"gate: {tests: {failed: -1}}", "'-1' is no number", 1, 24},
        WrongPolicy{"gate: {load: {p95: 200}}", "'200' is no duration", 1, 20},
        WrongPolicy{"gate: {findings: {of: some}}", "new or all", 1, 23},
        WrongPolicy{"gate: {findings: {when: {}}}", "a list of conditions", 1, 25},
        WrongPolicy{"gate: {findings: {when: [{most: 1}]}}", "needs its name", 1, 26},
        WrongPolicy{"gate: {findings: {when: [{severity: huge}]}}", "'huge' is no severity", 1, 37},
        WrongPolicy{"gate: {findings: {when: [{reach: far}]}}", "'far' is no reach", 1, 34},
        WrongPolicy{"gate: {findings: {when: [{fix: perhaps}]}}", "true or false", 1, 32},
        WrongPolicy{"gate: {findings: {when: [{age: 3d}]}}", "unknown key 'age'", 1, 27},
        WrongPolicy{"gate: {health: most}", "all or off", 1, 16},
        WrongPolicy{"gate: {required: [luck]}", "'luck' is no evidence", 1, 19},
        WrongPolicy{"gate:\n  waivers:\n    - {condition: a, owner: b, until: 2026-12-31}",
                    "needs its reason", 3, 7},
        WrongPolicy{"gate:\n  waivers:\n    - {condition: a, owner: b, reason: c}", "needs its end",
                    3, 7},
        WrongPolicy{"gate: {waivers: [{condition: a, until: 2026-02-30}]}", "no day", 1, 40},
        WrongPolicy{"gate: 7", "a mapping is expected", 1, 7}));

struct Conditioned {
  std::string condition;  // of `when`
  bool passes;
};
class FindingConditions : public ::testing::TestWithParam<Conditioned> {};

TEST_P(FindingConditions, CountWhatMeetsAllOfThem) {
  auto made = scan(evidence::FindingSeverity::high, evidence::FindingState::fresh);
  auto& finding = made.findings.front();
  finding.aliases = {"CVE-2026-1"};
  finding.family = "dependencies";
  finding.reach = evidence::Reach::imported;
  finding.fix = {.package = "example.org/a", .version = "v1.2.0"};
  finding.published = "2026-10-01T00:00:00Z";
  finding.incident = "advisory/CVE-2026-1";
  made.findings.push_back(finding);  // in another module: the same thing to do
  made.findings.back().fingerprint = "def";
  const auto verdict =
      evaluate(policy("gate: {findings: {critical: off, high: off, when: [{name: c, " +
                      GetParam().condition + "}]}}"),
               std::vector{record(suite(TestOutcome::passed)), record(made)}, context());
  EXPECT_THAT(states(verdict), HasSubstr(GetParam().passes ? "c: passed\n" : "c: failed\n"));
}

INSTANTIATE_TEST_SUITE_P(
    All, FindingConditions,
    ::testing::Values(Conditioned{"severity: high", false}, Conditioned{"severity: critical", true},
                      Conditioned{"most: 1", true}, Conditioned{"reach: imported", false},
                      Conditioned{"reach: mentioned", true}, Conditioned{"fix: true", false},
                      Conditioned{"fix: false", true}, Conditioned{"exploited: true", true},
                      Conditioned{"older_than: 30d", false}, Conditioned{"older_than: 90d", true},
                      Conditioned{"family: secrets", true}, Conditioned{"rule: CVE-2026-1", false},
                      Conditioned{"rule: CVE-2026-2", true},
                      Conditioned{"severity: high, reach: imported, fix: true", false},
                      Conditioned{"severity: high, reach: called, fix: true", true}));

TEST(Gate, CountsOnceWhatIsUploadedAgain) {
  const std::vector records = {
      record(suite(TestOutcome::passed)),
      record(scan(evidence::FindingSeverity::high, evidence::FindingState::fresh)),
      record(scan(evidence::FindingSeverity::high, evidence::FindingState::fresh))};
  EXPECT_TRUE(evaluate(policy("gate: {findings: {high: 1}}"), records, context()).passed());
}

TEST(Gate, LetsNoNewSecretAndNothingExploitedPass) {
  auto made = scan(evidence::FindingSeverity::medium, evidence::FindingState::fresh);
  const auto passes = [&] {
    return evaluate(Policy(), std::vector{record(suite(TestOutcome::passed)), record(made)},
                    context())
        .passed();
  };
  EXPECT_TRUE(passes());
  made.findings.front().family = "secrets";
  EXPECT_FALSE(passes());
  made.findings.front().state = evidence::FindingState::known;
  EXPECT_TRUE(passes());
  made.findings.front().exploited = true;
  EXPECT_FALSE(passes());
}

TEST(GatePage, HasPoliciesThatAreRead) {
  std::ostringstream page;
  page << std::ifstream(std::string(CREMA_SOURCE_DIR) + "/docs/gate.md").rdbuf();
  const auto text = page.str();
  std::size_t examples = 0;
  std::string example;
  bool inside = false;
  for (const auto line : split_lines(text)) {
    if (line.starts_with("```")) {
      if (inside) {
        const auto parsed = parse_policy(source(example));
        EXPECT_TRUE(parsed) << parsed.error().message << "\n" << example;
        // The first one is what holds without a file.
        if (++examples == 1 && parsed) {
          EXPECT_EQ(parsed->findings, Policy().findings);
          EXPECT_EQ(parsed->budgets, Policy().budgets);
          EXPECT_EQ(parsed->load_p95, Policy().load_p95);
          EXPECT_EQ(parsed->coverage_total, Policy().coverage_total);
          EXPECT_EQ(parsed->required, Policy().required);
        }
      }
      inside = line == "```yaml";
      example.clear();
      continue;
    }
    if (inside) example += std::string(line) + "\n";
  }
  EXPECT_EQ(examples, 3U);
}

TEST(Gate, TimesStagesByTheirJobs) {
  auto facts = context();
  const auto at = [](std::chrono::minutes minute) { return evidence::Time(minute); };
  facts.jobs = {{"build-a", "Build a", at(0min), at(6min)},
                {"build-b", "Build b", at(2min), at(8min)},
                {"smoke", "Smoke test", at(8min), at(10min)},
                {"lint", "Lint", at(0min), at(60min)}};
  facts.total_time = 10min;
  const std::vector records = {record(suite(TestOutcome::passed))};
  const auto fine = evaluate(policy("gate: {time: {build: 8m}}"), records, facts);
  EXPECT_THAT(states(fine), HasSubstr("time of build: passed\n"));
  EXPECT_THAT(states(fine), HasSubstr("time of tests: passed\n"));
  EXPECT_THAT(states(fine), HasSubstr("time of total: passed\n"));
  EXPECT_THAT(states(fine), ::testing::Not(HasSubstr("time of deploy")));
  const auto late = evaluate(policy("gate: {time: {build: 7m}}"), records, facts);
  EXPECT_THAT(states(late), HasSubstr("time of build: failed\n"));
  EXPECT_THAT(verdict_text(late, {}), HasSubstr("Build a and Build b"));
  const auto named = evaluate(policy("gate: {stages: {build: lint}}"), records, facts);
  EXPECT_THAT(states(named), HasSubstr("time of build: failed\n"));
}

TEST(Gate, LetsARecordOfAStageCountBeforeItsJobs) {
  auto facts = context();
  facts.jobs = {{"build", "Build", evidence::Time(0min), evidence::Time(60min)}};
  const std::vector records = {record(suite(TestOutcome::passed)),
                               record(evidence::Timing{.stage = "build", .duration = 2min})};
  EXPECT_THAT(states(evaluate(Policy(), records, facts)), HasSubstr("time of build: passed\n"));
}

TEST(Gate, ComparesLoadWithItsBaseline) {
  evidence::LoadRun before{.script = "rush.js", .requests = 1000, .requests_per_second = 2000};
  before.percentiles = {{"p95", 100ms}};
  auto now = before;
  now.percentiles = {{"p95", 111ms}};
  now.requests_per_second = 1795;
  const auto demand = policy("gate: {load: {baseline: 10%}}");
  const std::vector records = {record(suite(TestOutcome::passed)), record(now)};
  auto facts = context();
  EXPECT_THAT(states(evaluate(demand, records, facts)),
              HasSubstr("baseline of rush.js: not looked at\n"));
  facts.baselines = {before};
  const auto slower = states(evaluate(demand, records, facts));
  EXPECT_THAT(slower, HasSubstr("p95 beside the baseline of rush.js: failed\n"));
  EXPECT_THAT(slower, HasSubstr("requests beside the baseline of rush.js: failed\n"));
  EXPECT_TRUE(evaluate(policy("gate: {load: {baseline: 12%}}"), records, facts).passed());
}

TEST(Gate, BelievesTheStatisticsOfRecordsMoreThanBareNumbers) {
  using Answer = LoadComparison::Answer;
  evidence::LoadRun before{.script = "rush.js", .requests = 1000, .requests_per_second = 2000};
  before.percentiles = {{"p95", 100ms}};
  auto now = before;
  now.percentiles = {{"p95", 120ms}};
  const auto demand = policy("gate: {load: {baseline: 10%}}");
  const std::vector records = {record(suite(TestOutcome::passed)), record(now)};
  auto facts = context();
  facts.baselines = {before};
  const auto verdict = [&](Answer answer) {
    facts.load_comparisons = {{.script = "rush.js", .answer = answer, .details = {"p95 +20 %"}}};
    return evaluate(demand, records, facts);
  };
  EXPECT_TRUE(verdict(Answer::fine).passed()) << "a bare number may be noise";
  const auto worse = verdict(Answer::worse);
  EXPECT_FALSE(worse.passed());
  EXPECT_THAT(states(worse), HasSubstr("baseline of rush.js: failed\n"));
  EXPECT_THAT(verdict_text(worse, {}), HasSubstr("p95 +20 %"));
  EXPECT_THAT(states(verdict(Answer::invalid)), HasSubstr("baseline of rush.js: not looked at\n"));
  EXPECT_THAT(states(verdict(Answer::undecided)),
              HasSubstr("p95 beside the baseline of rush.js: failed\n"));
  facts.load_comparisons[0].script = "other.js";
  EXPECT_FALSE(evaluate(demand, records, facts).passed()) << "that is of another script";
}

}  // namespace
}  // namespace crema::gate
