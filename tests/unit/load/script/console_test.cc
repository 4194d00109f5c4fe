// What the console shows of values, beside what k6 v1.8 and later show of the same.
#include "script_run.h"

namespace crema::load {
namespace {

struct Shown {
  const char* expression;
  const char* text;
};

class ConsoleText : public ::testing::TestWithParam<Shown> {};

TEST_P(ConsoleText, IsThatOfK6) {
  EXPECT_EQ(printed("", std::string("console.log(") + GetParam().expression + ");"),
            std::string(GetParam().text) + "\n");
}

INSTANTIATE_TEST_SUITE_P(
    Values, ConsoleText,
    ::testing::Values(
        Shown{"{ a: 1, b: 'x', f() {}, n: null, u: undefined }",
              R"({ a: 1, b: "x", f: [object Function], n: null, u: null })"},
        Shown{"[1, '2']", R"([ 1, "2" ])"}, Shown{"[]", "[]"}, Shown{"({})", "{}"},
        Shown{"new ArrayBuffer(3)", "ArrayBuffer { [Uint8Contents]: <00 00 00>, byteLength: 3 }"},
        Shown{"new Uint8Array([1, 2])", "Uint8Array(2) [ 1, 2 ]"}, Shown{"new Map([[1, 2]])", "{}"},
        Shown{"(() => { const a = { b: 1 }; a.self = a; return a; })()",
              "{ b: 1, self: [Circular] }"},
        Shown{"'a', 1, true, null, undefined", "a 1 true null undefined"},
        Shown{"1.5, -0, 1e21, NaN, 1 / 0", "1.5 0 1e+21 NaN Infinity"},
        Shown{"{ a: { b: [{ c: 1 }] } }", "{ a: { b: [ { c: 1 } ] } }"},
        Shown{"() => 1", "[object Function]"}, Shown{"new Date(0)", "\"1970-01-01T00:00:00.000Z\""},
        Shown{"{ d: new Date(0) }", "{ d: \"1970-01-01T00:00:00.000Z\" }"},
        Shown{"Symbol('x')", "x"}, Shown{"{ s: Symbol('x') }", "{ s: \"x\" }"}, Shown{"10n", "10"},
        Shown{"{ s: 10n, nan: NaN, t: true }", "{ s: 10, nan: NaN, t: true }"},
        Shown{"new Set([1])", "{}"}, Shown{"/a/", "{}"}, Shown{"Promise.resolve(1)", "{}"},
        Shown{"{ e: new Error('x') }", "{ e: Error: x }"},
        Shown{"[undefined, null, , () => 1]", "[ null, null, null, [object Function] ]"},
        Shown{"new Uint8Array(0), new Float64Array([1.5])",
              "Uint8Array(0) [] Float64Array(1) [ 1.5 ]"},
        Shown{"{ u: new Uint8Array([1]) }", "{ u: Uint8Array(1) [ 1 ] }"},
        Shown{"{ 'a b': 1, 'c\"d': 2 }", "{ a b: 1, c\"d: 2 }"},
        Shown{"new DataView(new ArrayBuffer(2))", "{}"}, Shown{"new Number(3)", "{}"},
        Shown{"{ toJSON() { return 5; } }", "{ toJSON: [object Function] }"},
        Shown{"'a%sb', 'c'", "a%sb c"}, Shown{"Object.create(null)", "{}"}, Shown{"", ""},
        Shown{"(() => { const a = {}; return [a, a]; })()", "[ {}, {} ]"},
        Shown{"new Error('bad')", "Error: bad"}, Shown{"'two\\nlines'", "two\nlines"}));

}  // namespace
}  // namespace crema::load
