#include "env_file.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

namespace crema::run {
namespace {

// Lines with the place where each ends, because a block's value keeps its inner line breaks.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
  }

  bool next(std::string_view& line) {
    if (at_ >= text_.size()) return false;
    begin_ = at_;
    const auto end = text_.find('\n', at_);
    line = text_.substr(at_, end == std::string_view::npos ? end : end - at_);
    if (line.ends_with('\r')) line.remove_suffix(1);
    ended_ = end != std::string_view::npos;
    at_ = ended_ ? end + 1 : text_.size();
    ++number_;
    return true;
  }
  std::size_t begin() const { return begin_; }  // of the line last given
  std::size_t at() const { return at_; }
  std::size_t number() const { return number_; }
  std::string_view between(std::size_t from, std::size_t to) const {
    return text_.substr(from, to - from);
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;
  std::size_t number_ = 0;
  bool ended_ = false;
};

Diagnostic problem(std::string_view variable, std::size_t line, std::string_view what,
                   std::string_view hint) {
  auto error = make_error("run/env-file", fmt::format("${}, line {}: {}", variable, line, what));
  error.hint = hint;
  error.exit_code = ExitCode::failed;
  return error;
}

Result<std::string> parse_block(Lines& lines, std::string_view delimiter,
                                std::string_view variable) {
  const std::size_t first = lines.number();
  const std::size_t begin = lines.at();
  std::string_view line;
  while (lines.next(line)) {
    if (line != delimiter) continue;
    auto value = lines.between(begin, lines.begin());
    if (value.ends_with('\n')) value.remove_suffix(1);
    if (value.ends_with('\r')) value.remove_suffix(1);
    return std::string(value);
  }
  return fail(problem(variable, first,
                      "the block never ends: its delimiter does not stand alone on a line",
                      "write the delimiter on a line of its own, after a line break"));
}

}  // namespace

Result<NamedValueList> parse_env_file(std::string_view text, std::string_view variable) {
  NamedValueList values;
  Lines lines(text);
  std::string_view line;
  while (lines.next(line)) {
    if (line.empty()) continue;
    const std::size_t number = lines.number();
    const auto equals = line.find('=');
    const auto block = line.find("<<");
    if (equals != std::string_view::npos && equals < block) {
      if (equals == 0)
        return fail(problem(variable, number, "the name before '=' is empty", "write NAME=value"));
      values.emplace_back(line.substr(0, equals), line.substr(equals + 1));
      continue;
    }
    if (block == std::string_view::npos) {
      return fail(problem(variable, number, "expected NAME=value or NAME<<DELIMITER",
                          "quote the redirection: echo \"NAME=value\" >> \"$FILE\"; use a block "
                          "for several lines"));
    }
    const auto name = line.substr(0, block);
    const auto delimiter = line.substr(block + 2);
    if (name.empty() || delimiter.empty()) {
      return fail(problem(variable, number, "a block needs a name and a delimiter",
                          "write NAME<<DELIMITER"));
    }
    auto value = CREMA_TRY(parse_block(lines, delimiter, variable));
    values.emplace_back(name, std::move(value));
  }
  return values;
}

std::vector<std::string> parse_path_file(std::string_view text) {
  std::vector<std::string> folders;
  for (const auto line : split_lines(text)) {
    if (!line.empty()) folders.emplace_back(line);
  }
  return folders;
}

}  // namespace crema::run
