// The kinds of modules, and how they meet.
#include "script_run.h"

namespace crema::load {
namespace {

TEST(Modules, StandardModulesShareTheirState) {
  ScriptRun run;
  run.file("counter.js", "export let n = 0; export function up() { n++; }");
  run.file("other.js", "import { up } from './counter.js'; export default () => up();");
  EXPECT_EQ(run.run("import { n, up } from './counter.js'; import more from './other.js';"
                    "export default function () { up(); more(); console.log(n); }"),
            "2\n");
}

TEST(Modules, CommonJsHasNamedAndDefaultImports) {
  ScriptRun run;
  run.file("old.js", "exports.a = 1; exports.b = function () { return 'b'; };");
  run.file("whole.js", "module.exports = function () { return 'whole'; };");
  EXPECT_EQ(run.run("import { a, b } from './old.js'; import old from './old.js';"
                    "import * as all from './old.js'; import whole from './whole.js';"
                    "console.log(a, b(), old.a, Object.keys(all).sort().join(), whole());"),
            "1 b 1 a,b,default whole\n");
}

TEST(Modules, CommonJsSeesWhatACircleHasSoFar) {
  ScriptRun run;
  run.file("a.js", "exports.early = 1; const b = require('./b.js'); exports.late = b.seen;");
  run.file("b.js", "const a = require('./a.js'); exports.seen = Object.keys(a).join();");
  EXPECT_EQ(run.run("import { late } from './a.js'; console.log(late);"), "early\n");
}

TEST(Modules, StandardModulesMayImportInACircle) {
  ScriptRun run;
  run.file("a.js", "import { b } from './b.js'; export function a() { return 'a' + b(); }");
  run.file("b.js", "import { a } from './a.js'; export function b() { return typeof a; }");
  EXPECT_EQ(run.run("import { a } from './a.js'; console.log(a());"), "afunction\n");
}

TEST(Modules, JsonIsData) {
  ScriptRun run;
  run.file("data.json", R"({"users": [{"name": "ann"}]})");
  EXPECT_EQ(run.run("import data from './data.json'; const again = require('./data.json');"
                    "console.log(data.users[0].name, again === data);"),
            "ann true\n");
}

TEST(Modules, RequireOfAStandardModuleRunsItOnce) {
  ScriptRun run;
  run.file("once.js", "console.log('ran'); export const x = {};");
  EXPECT_EQ(run.run("const a = require('./once.js'), b = require('./once.js');"
                    "console.log(a.x === b.x, a === b);"),
            "ran\ntrue true\n");
}

TEST(Modules, RequireAndImportMeetInOneModule) {
  ScriptRun run;
  run.file("once.js", "console.log('ran'); export const x = {};");
  run.file("old.js", "exports.x = require('./once.js').x;");
  EXPECT_EQ(run.run("import { x } from './once.js'; import old from './old.js';"
                    "console.log(x === old.x);"),
            "ran\ntrue\n");
}

TEST(Modules, MissingNamesOfNativeModulesAreUndefined) {
  ScriptRun run;
  EXPECT_EQ(run.run("import { check, nothing } from 'k6'; import http, { get } from 'k6/http';"
                    "console.log(typeof check, typeof nothing, typeof http.get, typeof get);"),
            "function undefined function function\n");
}

TEST(Modules, MissingNamesOfFilesAreAnError) {
  ScriptRun run;
  run.file("lib.js", "export const here = 1;");
  const std::string output = run.run("import { gone } from './lib.js';");
  EXPECT_THAT(output, ::testing::HasSubstr("threw: SyntaxError"));
  EXPECT_THAT(output, ::testing::HasSubstr("gone"));
}

TEST(Modules, TopLevelAwaitIsWaitedFor) {
  ScriptRun run;
  run.file("slow.js", "export const x = await new Promise(r => setTimeout(() => r(7), 5));");
  EXPECT_EQ(run.run("import { x } from './slow.js'; console.log(x);"), "7\n");
}

TEST(Modules, AnErrorOfARequiredModuleIsThatOfRequire) {
  ScriptRun run;
  run.file("bad.js", "export const x = 1; throw new Error('at its top');");
  EXPECT_EQ(run.run("try { require('./bad.js'); } catch (e) { console.log(e.message); }"),
            "at its top\n");
}

TEST(Modules, AModuleThatIsBeingReadCannotBeRequired) {
  ScriptRun run;
  run.file("old.js", "exports.x = require('./main.js');");
  EXPECT_THAT(run.run("import './old.js'; import k6 from 'k6'; export const y = 1;"),
              ::testing::HasSubstr("is required by one that it imports itself"));
}

TEST(Modules, AnErrorAfterAnAwaitIsThatOfTheInitCode) {
  ScriptRun run;
  EXPECT_EQ(run.run("await null; throw new Error('slow');"), "threw: Error: slow\n");
}

TEST(Modules, UnknownOnesAreNamed) {
  const std::pair<const char*, const char*> cases[] = {
      {"import 'k6/x/sql';", "an extension of k6 written in Go"},
      {"import 'k6/browser';", "crema test e2e"},
      {"import 'lodash';", "the module \"lodash\" cannot be found"},
      {"import 'http://a/b.js';", "write https://"},
      {"import './gone.js';", "gone.js"},
  };
  for (const auto& [text, expected] : cases) {
    ScriptRun run;
    EXPECT_THAT(run.run(text), ::testing::HasSubstr(expected));
  }
}

TEST(Modules, ErrorsKnowTheirPlace) {
  struct Case {
    const char* text;
    const char* message;
    std::uint32_t line, column;
  };
  const Case cases[] = {
      {"let a = 1;\nlet b = ;\n", "SyntaxError: ", 2, 9},
      {"let a = 1;\n  a.b.c = 1;\n", "TypeError: ", 2, 3},
      {"import 'k6';\n\nthrow new Error('mine');\n", "Error: mine", 3, 11},
      {"exports.x = 1;\nnull.y;\n", "TypeError: ", 2, 1},
  };
  for (const Case& each : cases) {
    ScriptRun run;
    const CallResult result = run.load(each.text);
    EXPECT_EQ(result.end, CallEnd::threw);
    EXPECT_THAT(result.error.message, ::testing::StartsWith(each.message)) << each.text;
    EXPECT_EQ(result.error.place.line, each.line) << each.text << result.error.stack;
    EXPECT_EQ(result.error.place.column, each.column) << each.text << result.error.stack;
    ASSERT_NE(result.error.place.source, nullptr) << each.text;
  }
}

TEST(Modules, AModuleKnowsItsAddress) {
  ScriptRun run;
  run.file("sub/deep.js", "export default [import.meta.url, import.meta.resolve('../a b.js')];");
  EXPECT_EQ(run.run("import found from './sub/deep.js'; console.log(found.join(' '));"),
            "file:///test/sub/deep.js file:///test/a%20b.js\n");
}

}  // namespace
}  // namespace crema::load
