#include "go_lexer.h"

#include <algorithm>

namespace crema::scan {
namespace {

bool starts_name(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

bool is_digit(unsigned char c) { return c >= '0' && c <= '9'; }

}  // namespace

GoToken GoLexer::taken(GoToken::Kind kind, std::size_t end) {
  const GoToken token{kind, text_.substr(at_, end - at_), line_};
  at_ = end;
  return token;
}

void GoLexer::skip_blanks() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '\n') {
      ++line_;
      ++at_;
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\xEF' || c == '\xBB' || c == '\xBF') {
      // The last three are the mark some editors begin a file with.
      ++at_;
    } else if (c == '/' && text_.substr(at_ + 1).starts_with('/')) {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (c == '/' && text_.substr(at_ + 1).starts_with('*')) {
      const auto close = text_.find("*/", at_ + 2);
      const auto end = close == std::string_view::npos ? text_.size() : close + 2;
      line_ +=
          static_cast<std::uint32_t>(std::count(text_.begin() + at_, text_.begin() + end, '\n'));
      at_ = end;
    } else {
      return;
    }
  }
}

GoToken GoLexer::quoted(char quote) {
  std::size_t end = at_ + 1;
  while (end < text_.size() && text_[end] != quote && text_[end] != '\n')
    end += text_[end] == '\\' && end + 1 < text_.size() && text_[end + 1] != '\n' ? 2 : 1;
  if (end < text_.size() && text_[end] == quote) ++end;
  end = std::min(end, text_.size());
  return taken(quote == '"' ? GoToken::Kind::text : GoToken::Kind::other, end);
}

GoToken GoLexer::raw() {
  const auto close = text_.find('`', at_ + 1);
  const auto end = close == std::string_view::npos ? text_.size() : close + 1;
  const auto token = taken(GoToken::Kind::text, end);
  line_ += static_cast<std::uint32_t>(std::ranges::count(token.value, '\n'));
  return token;
}

GoToken GoLexer::next() {
  skip_blanks();
  if (at_ >= text_.size()) return {.line = line_};
  const auto c = static_cast<unsigned char>(text_[at_]);
  if (c == '"' || c == '\'') return quoted(static_cast<char>(c));
  if (c == '`') return raw();
  const auto part = [](unsigned char one) { return starts_name(one) || is_digit(one); };
  if (starts_name(c))
    return taken(GoToken::Kind::name,
                 std::find_if_not(text_.begin() + at_, text_.end(), part) - text_.begin());
  if (is_digit(c)) {
    // With a point inside, so that it is no selector's.
    const auto number = [&](unsigned char one) { return part(one) || one == '.'; };
    return taken(GoToken::Kind::other,
                 std::find_if_not(text_.begin() + at_, text_.end(), number) - text_.begin());
  }
  return taken(GoToken::Kind::other, at_ + 1);
}

}  // namespace crema::scan
