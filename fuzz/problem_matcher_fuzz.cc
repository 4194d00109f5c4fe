// Feeds any bytes to the reader of problem matchers: the first line of the input is matched by what
// the rest of it defines, and by matchers that tools really use.
#include "problem_matcher.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

constexpr std::string_view kReal = R"json({"problemMatcher": [{"owner": "go", "pattern": [
  {"regexp": "^\\s*(\\.{0,2}[\\/\\\\].+\\.go):(?:(\\d+):(\\d+):)? (.*)", "file": 1, "line": 2,
   "column": 3, "message": 4}]},
  {"owner": "eslint", "pattern": [{"regexp": "^([^\\s].*)$", "file": 1},
  {"regexp": "^\\s+(\\d+):(\\d+)\\s+(error|warning|info)\\s+(.*)\\s\\s+(.*)$", "line": 1,
   "column": 2, "severity": 3, "message": 4, "code": 5, "loop": true}]}]})json";

void match_lines(crema::run::ProblemMatchers& matchers, std::string_view text) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (const auto problem = matchers.match(text.substr(0, end)))
      (void)crema::run::to_annotation(*problem, "/work");
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  crema::run::ProblemMatchers matchers;
  auto real = crema::run::parse_problem_matchers(kReal, "real.json");
  if (!real) std::abort();
  matchers.add(std::move(*real));
  match_lines(matchers, text);
  const auto first = text.substr(0, text.find('\n'));
  if (auto given = crema::run::parse_problem_matchers(
          text.substr(std::min(first.size() + 1, text.size())), "given.json")) {
    matchers.add(std::move(*given));
    match_lines(matchers, first);
  }
  return 0;
}
