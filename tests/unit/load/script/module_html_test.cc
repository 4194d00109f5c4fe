// k6/html beside what k6 v1.8.1 gave for the same expressions over the same document.
#include "html_document.h"
#include "html_selector.h"
#include "script_run.h"

#include <fstream>
#include <iterator>

namespace crema::load {
namespace {

// The expressions see the document as d, and q(selector) looks through it. A selection is shown as
// its size and its elements' names, classes and name attributes.
constexpr const char* kScript = R"(
import { parseHTML } from 'k6/html';
import data from './html.json';
const d = parseHTML(data.html), q = s => d.find(s);
const names = x => x.size() + ':' + x.toArray().map(e => e.get(0).nodeName() +
  (e.attr('class') ? '.' + e.attr('class') : '') + (e.attr('name') ? '#' + e.attr('name') : '')).join(' ');
const shown = v => v === undefined ? 'UNDEFINED'
  : v && typeof v === 'object' && typeof v.closest === 'function' ? 'SEL ' + names(v) : JSON.stringify(v);
export default function () {
  for (const [code, expected] of data.cases) {
    let found;
    try { found = shown(eval(code)); } catch (e) { found = 'THREW ' + e; }
    if (found !== expected && !(found && found[0] === '{' && same(JSON.parse(found), expected)))
      console.log(code + '\n  gave ' + found + '\n  k6   ' + expected);
  }
  for (const code of data.errors) {
    try { eval(code); console.log(code + '\n  did not throw'); } catch (e) {}
  }
}
function same(a, expected) {
  const sorted = o => JSON.stringify(Object.entries(o).sort());
  return sorted(a) === sorted(JSON.parse(expected));
}
)";

TEST(Html, GivesWhatK6Gives) {
  std::ifstream file(CREMA_SOURCE_DIR "/tests/data/load/html.json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  ASSERT_FALSE(text.empty());
  ScriptRun run;
  run.file("html.json", text);
  EXPECT_EQ(run.run(kScript), "");
}

TEST(Html, IsNotBroughtDownByDepth) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<div>";
  EXPECT_FALSE(HtmlDocument::parse(deep));
  std::string list;
  for (int i = 0; i < 20'000; ++i) list += "<li>x";
  const auto document = HtmlDocument::parse(list);
  ASSERT_TRUE(document);
  EXPECT_EQ(html_text((*document)->root()).size(), 20'000U);
}

TEST(HtmlSelector, SaysWhatItDoesNotKnow) {
  for (const char* text : {"li:nope", "li[", "", "p >", "a:not(", "a:nth-child(x)", "[a?b]", "a,",
                           ":contains(\"x)", "a:matches(x)", ".", "#", "::"})
    EXPECT_FALSE(parse_html_selector(text)) << text;
  std::string nested;
  for (int i = 0; i < 1000; ++i) nested += ":not(";
  EXPECT_FALSE(parse_html_selector(nested));
}

}  // namespace
}  // namespace crema::load
