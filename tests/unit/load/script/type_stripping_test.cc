// TypeScript becomes JavaScript. The .js beside each .ts of tests/data/load/typescript is what
// comes out, compared with esbuild's output once; the .out is what esbuild's output prints.
#include "type_stripping.h"

#include "script_run.h"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace crema::load {
namespace {

using ::testing::HasSubstr;

const std::filesystem::path kFolder = CREMA_SOURCE_DIR "/tests/data/load/typescript";

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

Result<std::string> stripped(std::string text) {
  return strip_types(std::make_shared<const SourceFile>("test.ts", std::move(text)));
}

TEST(TypeStripping, LeavesTheJavaScriptOfEachFile) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".ts") continue;
    ++count;
    auto expected = entry.path();
    const auto result = stripped(content(entry.path()));
    ASSERT_TRUE(result) << entry.path() << ": " << result.error().message;
    EXPECT_EQ(*result, content(expected.replace_extension(".js"))) << entry.path();
  }
  EXPECT_GE(count, 4U);
}

TEST(TypeStripping, WhatIsLeftDoesWhatItShould) {
  for (const char* name : {"expressions", "classes", "code"}) {
    ScriptRun run;
    run.note(run.load(content(kFolder / (std::string(name) + ".ts")), "main.ts"));
    EXPECT_EQ(run.output(), content(kFolder / (std::string(name) + ".out"))) << name;
  }
}

TEST(TypeStripping, KeepsLinesAndColumns) {
  ScriptRun run;
  const CallResult result = run.load(
      "interface A {\n  a: string;\n}\nconst x: A = { a: 'é' }; const y: number = x.b.c;\n",
      "main.ts");
  EXPECT_THAT(result.error.message, HasSubstr("TypeError"));
  EXPECT_EQ(result.error.place.line, 4U);
  EXPECT_EQ(result.error.place.column, 45U) << result.error.stack;
}

TEST(TypeStripping, ExportsOfTypesAreNone) {
  ScriptRun run;
  run.file("lib.ts",
           "interface T { a: number }\ntype U = T;\ninterface V {}\nconst V = 3;\n"
           "const one: number = 1;\nexport { T, one, U as W, V };");
  EXPECT_EQ(run.run("import { T, one, W, V } from './lib.ts';\n"
                    "import * as all from './lib.ts';\n"
                    "const x: T = { a: one }, y: W = x;\n"
                    "console.log(x.a, V, Object.keys(all).join());",
                    "main.ts"),
            "1 3 V,one\n");
}

TEST(TypeStripping, ImportsOfTypesAreNeverLookedFor) {
  ScriptRun run;
  run.file("lib.ts", "export interface T { a: number }\nexport const used: number = 1;");
  EXPECT_EQ(run.run("import { T, used } from './lib.ts'; import Gone from './gone.ts';\n"
                    "import type { Never } from './never.ts';\n"
                    "const x: T = { a: used }; const y: Gone | Never = null; console.log(x.a);",
                    "main.ts"),
            "1\n");
}

TEST(TypeStripping, SaysWhatItCannotDoAndWhere) {
  struct Case {
    const char* text;
    const char* message;
    std::uint32_t line, column;
  };
  const Case cases[] = {
      {"let a = 1;\nnamespace N { let b = 1; }", "not supported: namespaces", 2, 1},
      {"import x = require('y');", "not supported: import x = require()", 1, 8},
      {"export = 5;", "not supported: export =", 1, 8},
      {"@dec class A {}", "not supported: decorators", 1, 1},
      {"let a: = 1;", "a type is expected here", 1, 8},
      {"let a = (1;", "this bracket is never closed", 1, 9},
      {"let a = 1);", "no bracket is open that \")\" closes", 1, 10},
      {"f(", "never closed", 1, 2},
      {"let s = 'abc", "this text is never closed", 1, 9},
      {"let s = `abc${1}", "this template is never closed", 1, 16},
      {"/* x", "this comment is never closed", 1, 1},
      {"const = 5", "a name is expected here", 1, 7},
  };
  for (const Case& each : cases) {
    const auto result = stripped(each.text);
    ASSERT_FALSE(result) << each.text;
    EXPECT_THAT(result.error().message, HasSubstr(each.message)) << each.text;
    EXPECT_EQ(result.error().code, "load/typescript");
    EXPECT_EQ(result.error().span.line, each.line) << each.text;
    if (each.column != 0) EXPECT_EQ(result.error().span.column, each.column) << each.text;
  }
  ScriptRun run;
  const CallResult loaded = run.load("let a = 1;\nlet b: = 2;", "main.ts");
  EXPECT_THAT(loaded.error.message, HasSubstr("SyntaxError: a type is expected here"));
  EXPECT_EQ(loaded.error.place.line, 2U);
}

TEST(TypeStripping, DeepCodeIsAnErrorAndNoCrash) {
  for (const auto& [open, close] : {std::pair("(", ")"), std::pair("[", "]"), std::pair("{", "}"),
                                    std::pair("a<", ">"), std::pair("`${", "}`")}) {
    std::string text;
    for (int i = 0; i < 3'000; ++i) text += open;
    for (int i = 0; i < 3'000; ++i) text += close;
    static_cast<void>(stripped("let x = " + text));
    static_cast<void>(stripped("let x: " + text));
    static_cast<void>(stripped(text));
  }
  std::string chain = "let x = 1";
  for (int i = 0; i < 20'000; ++i) chain += " + 1";
  EXPECT_TRUE(stripped(chain));
  std::string conditions = "1";
  for (int i = 0; i < 60; ++i) conditions = "a ? (b = " + conditions + ") : c";
  EXPECT_TRUE(stripped(conditions));
  std::string ifs = "if (1) {}";
  for (int i = 0; i < 20'000; ++i) ifs += " else if (1) {}";
  EXPECT_TRUE(stripped(ifs));
}

}  // namespace
}  // namespace crema::load
