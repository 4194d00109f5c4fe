// check, group, metrics, execution, data, encoding: what they return and what they measure.
#include "script_run.h"

namespace crema::load {
namespace {

using ::testing::HasSubstr;

constexpr const char* kImports =
    "import { check, fail, group, sleep, randomSeed } from 'k6'; import exec from 'k6/execution';"
    "import { SharedArray } from 'k6/data'; import encoding from 'k6/encoding';";

TEST(Check, CountsEachPredicateOnce) {
  ScriptRun run;
  EXPECT_EQ(
      run.run(std::string(kImports) +
              "export default function () {"
              "  console.log(check(3, { three: v => v === 3, four: v => v === 4 }));"
              "  console.log(check(3, { three: v => v === 3, truth: 1 }, { extra: 'x' })); }"),
      "false\ntrue\n");
  EXPECT_EQ(run.samples(),
            "checks{check:three,group:}=1\nchecks{check:four,group:}=0\n"
            "checks{check:three,extra:x,group:}=1\nchecks{check:truth,extra:x,group:}=1\n");
}

TEST(Check, APredicateThatThrowsFailsAndThrows) {
  ScriptRun run;
  EXPECT_EQ(run.run(std::string(kImports) +
                    "export default function () { check(null, { a: v => v.x }); }"),
            "threw: TypeError: cannot read property 'x' of null\n");
  EXPECT_EQ(run.samples(), "checks{check:a,group:}=0\n");
}

TEST(Check, RefusesNamesAndFunctionsThatItCannotCount) {
  EXPECT_THAT(printed(kImports, "check(1, { 'a::b': () => true });"), HasSubstr("::"));
  EXPECT_THAT(printed(kImports, "check(1, { a: async () => true });"), HasSubstr("async"));
  EXPECT_EQ(printed(kImports, "console.log(check(1, { a: () => Promise.resolve(false) }));"),
            "true\n");
}

TEST(Group, TagsItsSamplesAndEndsWithItsFunction) {
  ScriptRun run;
  EXPECT_EQ(run.run(std::string(kImports) +
                    "export default function () {"
                    "  console.log(group('out', () => { group('in', () => check(1, { a: 1 }));"
                    "    return 7; }));"
                    "  try { group('bad', () => { throw new Error('x'); }); } catch (e) {}"
                    "  check(1, { a: 1 }); }"),
            "7\n");
  EXPECT_EQ(run.samples(),
            "checks{check:a,group:::out::in}=1\ngroup_duration{group:::out::in}=time\n"
            "group_duration{group:::out}=time\ngroup_duration{group:::bad}=time\n"
            "checks{check:a,group:}=1\n");
}

TEST(K6, FailThrowsAndSleepSleeps) {
  EXPECT_THAT(printed(kImports, "fail('enough');"), HasSubstr("threw: "));
  EXPECT_EQ(printed(kImports,
                    "const t = Date.now(); sleep(0.03); const d = Date.now() - t;"
                    "console.log(d >= 29 && d < 500);"),
            "true\n");
  EXPECT_EQ(printed(kImports,
                    "randomSeed(7); const a = Math.random(); randomSeed(7);"
                    "console.log(a === Math.random());"),
            "true\n");
}

TEST(K6, NothingOfItRunsInInitCode) {
  for (const char* code : {"sleep(1)", "check(1, {})", "group('a', () => 1)"}) {
    ScriptRun run;
    EXPECT_THAT(run.run(std::string(kImports) + code), HasSubstr("init context")) << code;
  }
}

TEST(SharedArray, IsMadeOnceFrozenAndLikeAnArray) {
  ScriptRun run;
  const std::string text =
      std::string(kImports) +
      "let made = 0; const data = new SharedArray('users', () => { made++;"
      "  return [{ n: 1 }, { n: 2 }]; });"
      "export default function () { let s = 0; for (const x of data) s += x.n;"
      "  let frozen = 'open'; try { data[0].n = 9; } catch (e) { frozen = e.name; }"
      "  console.log(made, data.length, s, data[1].n, data[5], frozen,"
      "    data.map(x => x.n).join(), Array.isArray(data)); }";
  EXPECT_EQ(run.run(text), "1 2 3 2 undefined TypeError 1,2 true\n");
  run.lines.clear();
  auto first = std::move(run.user);
  EXPECT_EQ(run.run(text), "0 2 3 2 undefined TypeError 1,2 true\n");
}

TEST(SharedArray, RefusesWhatIsNoArray) {
  ScriptRun run;
  EXPECT_THAT(run.run(std::string(kImports) + "new SharedArray('x', () => ({}));"),
              HasSubstr("only arrays can be made into SharedArray"));
}

TEST(Execution, TellsWhereItStands) {
  ScriptRun run;
  run.load(std::string(kImports) +
           "export default function () { return [exec.vu.idInTest, exec.vu.iterationInInstance,"
           "  exec.scenario.name, exec.scenario.executor, exec.scenario.iterationInTest,"
           "  exec.instance.iterationsCompleted, exec.instance.vusActive]; }");
  const ScenarioFacts scenario{.name = "peak", .executor = "constant-vus"};
  run.test.iterations_completed = 12;
  run.test.vus_active = 3;
  run.user->state().iteration = {
      .scenario = &scenario, .vu_in_test = 4, .iteration = 5, .scenario_iteration_in_test = 6};
  EXPECT_EQ(run.call().json, R"([4,5,"peak","constant-vus",6,12,3])");
}

TEST(Execution, TagsOfTheUserGoWithItsSamples) {
  ScriptRun run;
  run.run(std::string(kImports) +
          "export default function () { exec.vu.tags.team = 'blue'; exec.vu.tags['n'] = 3;"
          "  check(1, { a: 1 }); console.log(exec.vu.tags.team); delete exec.vu.tags.team;"
          "  check(1, { a: 1 }); exec.vu.tags.bad = {}; }");
  EXPECT_THAT(run.output(), HasSubstr("blue\nthrew: TypeError: only String, Boolean and Number"));
  EXPECT_EQ(run.samples(),
            "checks{check:a,group:,n:3,team:blue}=1\nchecks{check:a,group:,n:3}=1\n");
}

TEST(Execution, AbortEndsTheCall) {
  ScriptRun run;
  std::string asked;
  run.test.abort = [&](const std::string& reason) { asked = reason; };
  EXPECT_EQ(run.run(std::string(kImports) +
                    "export default function () { try { exec.test.abort('why not'); }"
                    " catch (e) { console.log('seen'); } console.log('after'); }"),
            "aborted: test aborted: why not\n");
  EXPECT_EQ(asked, "test aborted: why not");
}

TEST(Encoding, IsBase64InFourAlphabets) {
  EXPECT_EQ(
      printed(kImports,
              "for (const kind of ['std', 'rawstd', 'url', 'rawurl']) {"
              "  const text = encoding.b64encode('hi>?~', kind);"
              "  console.log(text, encoding.b64decode(text, kind, 's')); }"
              "console.log(new Uint8Array(encoding.b64decode('AAEC')));"),
      "aGk+P34= hi>?~\naGk+P34 hi>?~\naGk-P34= hi>?~\naGk-P34 hi>?~\nUint8Array(3) [ 0, 1, 2 ]\n");
}

TEST(Metrics, AreDeclaredInInitCodeAndTakeValues) {
  ScriptRun run;
  run.run(
      "import { Counter, Rate, Trend } from 'k6/metrics';"
      "const c = new Counter('hits'), r = new Rate('good'), t = new Trend('spent', true);"
      "export default function () { c.add(2, { page: 'a' }); r.add(true); r.add(0); t.add(3);"
      "  try { new Counter('late'); } catch (e) { console.log('refused'); } }");
  EXPECT_EQ(run.output(), "refused\n");
  EXPECT_EQ(run.samples(),
            "hits{group:,page:a}=2\ngood{group:}=1\ngood{group:}=0\nspent{group:}=time\n");
}

}  // namespace
}  // namespace crema::load
