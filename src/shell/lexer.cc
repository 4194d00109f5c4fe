#include "lexer.h"

#include <algorithm>

namespace crema::shell {
namespace {

bool ends_word(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ';' || c == '&' || c == '|' ||
         c == '<' || c == '>' || c == '(' || c == ')';
}

// The longest first.
constexpr std::string_view kRedirections[] = {"<<<", "<<-", "&>>", "<<", "<&", "<>",
                                              "<",   ">>",  ">&",  ">|", "&>", ">"};
constexpr std::string_view kSeparators[] = {";;&", ";;", ";&", "&&", "||", "|&",
                                            ";",   "&",  "|",  "(",  ")",  "\n"};

std::string_view longest_of(std::span<const std::string_view> all, std::string_view text) {
  const auto found =
      std::ranges::find_if(all, [&](std::string_view one) { return text.starts_with(one); });
  return found == all.end() ? std::string_view() : *found;
}

}  // namespace

void Lexer::skip_blanks() {
  for (;;) {
    const char c = peek();
    if (c == ' ' || c == '\t' || c == '\r') {
      ++at_;
    } else if (c == '\\' && (peek(1) == '\n' || (peek(1) == '\r' && peek(2) == '\n'))) {
      at_ += peek(1) == '\n' ? 2 : 3;
    } else {
      return;
    }
  }
}

Token Lexer::next() {
  skip_blanks();
  if (peek() == '#') at_ = std::min(text_.find('\n', at_), text_.size());
  Token token;
  token.word.begin = at_;
  if (at_ < text_.size() && !read_operator(token)) read_word(token);
  token.word.end = at_;
  return token;
}

bool Lexer::read_operator(Token& token) {
  auto rest = text_.substr(at_);
  const auto digits = static_cast<std::size_t>(
      std::ranges::find_if_not(rest, [](char c) { return c >= '0' && c <= '9'; }) - rest.begin());
  rest.remove_prefix(digits);
  const bool redirects = rest.starts_with('<') || rest.starts_with('>');
  if (digits > 0 && !redirects) return false;
  if (redirects && rest.size() > 1 && rest[1] == '(') return false;  // <(...) is a word
  auto sign = longest_of(kRedirections, rest);
  token.kind = TokenKind::redirection;
  if (sign.empty()) {
    sign = longest_of(kSeparators, rest);
    token.kind = TokenKind::separator;
  }
  if (sign.empty()) return false;
  token.word.text = std::string(text_.substr(at_, digits + sign.size()));
  at_ += digits + sign.size();
  return true;
}

void Lexer::read_word(Token& token) {
  token.kind = TokenKind::word;
  token.bare = true;
  auto& out = token.word.text;
  while (at_ < text_.size()) {
    const char c = peek();
    if ((c == '<' || c == '>') && peek(1) == '(') {
      out += c;
      ++at_;
      const auto begin = at_ + 1;
      skip_group(')');
      substitutions_.push_back({begin, std::max(begin, at_ - 1)});
      out += text_.substr(begin - 1, at_ - begin + 1);
      continue;
    }
    if (ends_word(c)) return;
    if (c == '\\') {
      token.bare = false;
      if (peek(1) == '\n') {
        at_ += 2;
        continue;
      }
      if (at_ + 1 < text_.size()) out += peek(1);
      at_ = std::min(at_ + 2, text_.size());
    } else if (c == '\'' || c == '"') {
      token.bare = false;
      ++at_;
      read_quoted(c, out);
    } else if (c == '$') {
      read_dollar(out);
    } else if (c == '`') {
      read_backquotes(out);
    } else {
      out += c;
      ++at_;
    }
  }
}

void Lexer::read_quoted(char quote, std::string& out) {
  while (at_ < text_.size() && peek() != quote) {
    const char c = peek();
    if (quote == '"' && c == '\\') {
      const char escaped = peek(1);
      if (escaped != '"' && escaped != '\\' && escaped != '$' && escaped != '`' && escaped != '\n')
        out += c;
      if (escaped != '\n' && at_ + 1 < text_.size()) out += escaped;
      at_ = std::min(at_ + 2, text_.size());
    } else if (quote == '"' && c == '$') {
      read_dollar(out);
    } else if (quote == '"' && c == '`') {
      read_backquotes(out);
    } else {
      out += c;
      ++at_;
    }
  }
  if (at_ < text_.size()) ++at_;
}

void Lexer::read_dollar(std::string& out) {
  const auto begin = at_++;
  if (peek() == '\'') {
    ++at_;
    read_quoted('\'', out);
    return;
  }
  if (peek() == '(') {
    const bool arithmetic = peek(1) == '(';
    skip_group(')');
    if (!arithmetic) substitutions_.push_back({begin + 2, std::max(begin + 2, at_ - 1)});
  } else if (peek() == '{') {
    skip_group('}');
  }
  out += text_.substr(begin, at_ - begin);
}

void Lexer::read_backquotes(std::string& out) {
  const auto begin = at_++;
  while (at_ < text_.size() && peek() != '`') at_ += peek() == '\\' ? 2 : 1;
  at_ = std::min(at_, text_.size());
  substitutions_.push_back({begin + 1, at_});
  if (at_ < text_.size()) ++at_;
  out += text_.substr(begin, at_ - begin);
}

// From the opening bracket to behind the closing one.
void Lexer::skip_group(char close) {
  std::string closers(1, close);
  ++at_;
  while (at_ < text_.size() && !closers.empty()) {
    const char c = peek();
    const char awaited = closers.back();
    ++at_;
    if (c == awaited) {
      closers.pop_back();
    } else if (awaited == '\'') {
      continue;
    } else if (c == '\\') {
      ++at_;
    } else if (c == '$' && (peek() == '(' || peek() == '{')) {
      closers += peek() == '(' ? ')' : '}';
      ++at_;
    } else if ((c == '"' || c == '`') || (c == '\'' && awaited != '"')) {
      closers += c;
    } else if (c == '(' && awaited == ')') {
      closers += ')';
    }
  }
  at_ = std::min(at_, text_.size());
}

std::string Lexer::read_document(std::string_view delimiter, bool strips_tabs) {
  std::string document;
  while (at_ < text_.size()) {
    const auto end = std::min(text_.find('\n', at_), text_.size());
    auto line = text_.substr(at_, end - at_);
    at_ = std::min(end + 1, text_.size());
    if (strips_tabs) line.remove_prefix(std::min(line.find_first_not_of('\t'), line.size()));
    if (line == delimiter) return document;
    document += line;
    document += '\n';
  }
  return document;
}

}  // namespace crema::shell
