#include "go_directives.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace crema::scan {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

struct Line {
  std::vector<GoWord> words;
  std::string_view comment;
  bool closed_quotes = true;
};

Line read_line(std::string_view text) {
  Line line;
  std::size_t at = 0;
  while (at < text.size()) {
    if (is_blank(text[at])) {
      ++at;
      continue;
    }
    if (text.substr(at).starts_with("//")) {
      line.comment = trim(text.substr(at + 2));
      break;
    }
    GoWord word{.column = static_cast<std::uint32_t>(at + 1)};
    if (const char quote = text[at]; quote == '"' || quote == '`') {
      const auto end = text.find(quote, at + 1);
      line.closed_quotes = line.closed_quotes && end != std::string_view::npos;
      word.text = text.substr(at + 1, end - at - 1);
      word.column = static_cast<std::uint32_t>(at + 2);
      at = end == std::string_view::npos ? text.size() : end + 1;
    } else if (text[at] == '(' || text[at] == ')') {
      word.text = text[at++];
    } else {
      const auto begin = at;
      while (at < text.size() && !is_blank(text[at]) && text[at] != '(' && text[at] != ')' &&
             !text.substr(at).starts_with("//"))
        ++at;
      word.text = text.substr(begin, at - begin);
    }
    line.words.push_back(std::move(word));
  }
  return line;
}

}  // namespace

Result<std::vector<GoDirective>> read_go_directives(const SourcePtr& file) {
  std::vector<GoDirective> all;
  std::string block;
  std::uint32_t block_line = 0;
  const auto wrong = [&](std::uint32_t line, std::string why) {
    return fail("deps/go.mod", std::move(why), {.source = file, .line = line, .column = 1});
  };
  for (std::uint32_t number = 1; number <= file->line_count(); ++number) {
    auto line = read_line(file->line(number));
    if (!line.closed_quotes) return wrong(number, "a quote has no end");
    auto& words = line.words;
    if (words.empty()) continue;
    if (!block.empty() && words.front().text == ")") {
      block.clear();
      continue;
    }
    if (block.empty() && words.size() == 3 && words[1].text == "(" && words[2].text == ")")
      continue;
    if (block.empty() && words.size() == 2 && words.back().text == "(") {
      block = words.front().text;
      block_line = number;
      continue;
    }
    if (std::ranges::any_of(words,
                            [](const GoWord& one) { return one.text == "(" || one.text == ")"; }))
      return wrong(number, "a parenthesis stands where none belongs");
    GoDirective directive{.name = block, .comment = line.comment, .line = number};
    if (block.empty()) {
      directive.name = words.front().text;
      words.erase(words.begin());
    }
    directive.words = std::move(words);
    all.push_back(std::move(directive));
  }
  if (!block.empty()) return wrong(block_line, fmt::format("the block `{}` has no end", block));
  return all;
}

}  // namespace crema::scan
