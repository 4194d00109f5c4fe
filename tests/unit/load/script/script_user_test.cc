// What a call of a user's function may do, and how it ends.
#include "script_run.h"

namespace crema::load {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

TEST(ScriptUser, GivesOptionsAndFunctions) {
  ScriptRun run;
  run.load(
      "export const options = { vus: 2, thresholds: { checks: ['rate>0.9'] } };"
      "export function setup() { return { token: 'x' }; } export const other = 1;"
      "export default function (data) { return data.token; }");
  CallResult options;
  run.on_fiber([&] { options = run.user->options(); });
  EXPECT_EQ(options.json, R"({"vus":2,"thresholds":{"checks":["rate>0.9"]}})");
  EXPECT_THAT(run.user->functions(), ::testing::UnorderedElementsAre("default", "setup"));
  CallResult setup;
  run.on_fiber([&] {
    setup = run.user->call(
        {.function = "setup", .argument = ScriptUser::Argument::none, .wants_json = true});
  });
  EXPECT_EQ(setup.json, R"({"token":"x"})");
  run.user->set_setup_data(setup.json);
  EXPECT_EQ(run.call().json, R"("x")");
  run.user->set_setup_data(R"({"token":"y"})");
  EXPECT_EQ(run.call().json, R"("y")");
}

TEST(ScriptUser, TimersFireInTheirOrder) {
  EXPECT_EQ(printed("",
                    "setTimeout(() => console.log('late'), 90);"
                    "setTimeout((a, b) => console.log(a + b), 1, 'ea', 'rly');"
                    "const t = setTimeout(() => console.log('never'), 1); clearTimeout(t);"
                    "let n = 0; const i = setInterval(() => { console.log('again');"
                    "  if (++n == 2) clearInterval(i); }, 3);"
                    "Promise.resolve().then(() => console.log('job')); console.log('now');"),
            "now\njob\nearly\nagain\nagain\nlate\n");
}

TEST(ScriptUser, ARejectedPromiseOfTheFunctionIsItsError) {
  ScriptRun run;
  EXPECT_EQ(run.run("export default async function () { await null; throw new Error('no'); }"),
            "threw: Uncaught (in promise) Error: no\n");
}

TEST(ScriptUser, ARejectionThatNobodyHandlesIsAnError) {
  EXPECT_EQ(
      printed("", "Promise.reject(new Error('lost')); setTimeout(() => console.log('x'), 1);"),
      "threw: Uncaught (in promise) Error: lost\n");
  // Too late: another callback came first.
  EXPECT_EQ(printed("", "const p = Promise.reject('late'); setTimeout(() => p.catch(() => 1), 1);"),
            "threw: Uncaught (in promise) late\n");
}

TEST(ScriptUser, ARejectionThatIsHandledLaterIsNone) {
  EXPECT_EQ(printed("",
                    "const p = Promise.reject(new Error('lost'));"
                    "p.catch(e => console.log('caught', e.message));"),
            "caught lost\n");
}

TEST(ScriptUser, AnErrorOfACallbackEndsTheCall) {
  EXPECT_EQ(printed("",
                    "setTimeout(() => { throw new TypeError('in time'); }, 1);"
                    "setTimeout(() => console.log('never'), 20);"),
            "threw: TypeError: in time\n");
}

TEST(ScriptUser, AnEndlessLoopIsInterruptedAndTheNextCallRuns) {
  ScriptRun run;
  run.load(
      "let n = 0; export default function () { if (n++ == 0) { try { while (true); } "
      "catch (e) { console.log('seen'); } } return n; }");
  run.loop->call_at(run.loop->now() + 20ms, [&] { run.user->interrupt(); });
  EXPECT_EQ(run.call().end, CallEnd::interrupted);
  EXPECT_EQ(run.output(), "");
  run.user->state().interrupted = false;
  EXPECT_EQ(run.call().json, "2");
}

TEST(ScriptUser, OthersRunBesideAnEndlessLoop) {
  ScriptRun run;
  run.load("export default function () { while (true); }");
  int ticks = 0;
  CallResult result;
  run.loop->spawn([&] { result = run.user->call({}); });
  run.loop->spawn([&] {
    for (; ticks < 3; ++ticks) run.loop->sleep_until(run.loop->now() + 2ms);
    run.user->interrupt();
  });
  run.loop->run_until_done();
  EXPECT_EQ(ticks, 3);
  EXPECT_EQ(result.end, CallEnd::interrupted);
}

TEST(ScriptUser, SleepIsInterrupted) {
  ScriptRun run;
  run.load("import { sleep } from 'k6'; export default function () { sleep(60); }");
  run.loop->call_at(run.loop->now() + 5ms, [&] { run.user->interrupt(); });
  EXPECT_EQ(run.call().end, CallEnd::interrupted);
}

TEST(ScriptUser, DeepRecursionIsAnErrorOfTheScript) {
  EXPECT_THAT(printed("",
                      "function f() { return f() + 1; }"
                      "try { f(); } catch (e) { console.log(e.name); }"
                      "let deep = []; for (let i = 0; i < 1e5; i++) deep = [deep];"
                      "try { JSON.stringify(deep); } catch (e) { console.log(e.name); }"
                      "try { JSON.parse('['.repeat(1e6)); } catch (e) { console.log(e.name); }"
                      "try { new RegExp('('.repeat(1e5)); } catch (e) { console.log(e.name); }"),
              ::testing::MatchesRegex("(RangeError|InternalError)\n(RangeError|InternalError)\n"
                                      "(SyntaxError|RangeError|InternalError)\n"
                                      "(SyntaxError|RangeError|InternalError)\n"));
}

TEST(ScriptUser, AHugePieceOfMemoryIsAnErrorOfTheScript) {
  EXPECT_EQ(
      printed("",
              "for (const make of [() => new ArrayBuffer(2 ** 30),"
              "    () => 'x'.repeat(2 ** 29 + 2 ** 28), () => new Array(2 ** 28).fill(1)])"
              "  try { make(); console.log('had it'); } catch (e) { console.log('refused'); }"),
      "refused\nrefused\nrefused\n");
}

TEST(ScriptUser, HandleSummaryGivesFiles) {
  ScriptRun run;
  run.load(
      "export function handleSummary(data) { return { stdout: 'n=' + data.n, "
      "'a.bin': new Uint8Array([65, 66]).buffer }; }");
  ScriptUser::SummaryResult summary;
  run.on_fiber([&] { summary = run.user->handle_summary(R"({"n": 3})"); });
  EXPECT_EQ(summary.result.end, CallEnd::returned);
  EXPECT_THAT(summary.files, ::testing::ElementsAre(::testing::Pair("stdout", "n=3"),
                                                    ::testing::Pair("a.bin", "AB")));
}

TEST(ScriptUser, OneUserDoesNotSeeTheGlobalsOfAnother) {
  ScriptRun run;
  EXPECT_EQ(run.run("globalThis.mine = 1; export default function () {}"), "");
  auto first = std::move(run.user);
  EXPECT_EQ(run.run("console.log(typeof mine);", "second.js"), "undefined\n");
}

}  // namespace
}  // namespace crema::load
