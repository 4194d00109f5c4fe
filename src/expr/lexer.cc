#include "lexer.h"

#include "case_fold.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace crema::expr {
namespace {

constexpr std::uint32_t bit(TokenKind kind) { return 1u << static_cast<unsigned>(kind); }

// After these an operand is expected; after those one has just ended.
constexpr std::uint32_t kBeforeOperand = bit(TokenKind::none) | bit(TokenKind::comma) |
                                         bit(TokenKind::open_group) | bit(TokenKind::open_call) |
                                         bit(TokenKind::open_index) | bit(TokenKind::logical_not) |
                                         bit(TokenKind::binary);
constexpr std::uint32_t kIndexable = bit(TokenKind::close_group) | bit(TokenKind::close_call) |
                                     bit(TokenKind::close_index) | bit(TokenKind::wildcard) |
                                     bit(TokenKind::property) | bit(TokenKind::context);
constexpr std::uint32_t kAfterOperand = kIndexable | bit(TokenKind::literal);

std::uint32_t allowed_before(TokenKind kind) {
  switch (kind) {
    case TokenKind::literal:
    case TokenKind::context:
    case TokenKind::function:
    case TokenKind::open_group:
    case TokenKind::logical_not:
      return kBeforeOperand;
    case TokenKind::close_group:
    case TokenKind::close_index:
    case TokenKind::comma:
    case TokenKind::binary:
      return kAfterOperand;
    case TokenKind::close_call:
      return kAfterOperand | bit(TokenKind::open_call);
    case TokenKind::open_index:
    case TokenKind::dot:
      return kIndexable;
    case TokenKind::open_call:
      return bit(TokenKind::function);
    case TokenKind::property:
      return bit(TokenKind::dot);
    case TokenKind::wildcard:
      return bit(TokenKind::open_index) | bit(TokenKind::dot);
    default:
      return 0;
  }
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool is_name(std::string_view text) {
  return !text.empty() && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

void Lexer::skip_blanks() {
  while (at_ < text_.size()) {
    const std::size_t size = leading_blank(text_.substr(at_));
    if (size == 0) return;
    at_ += size;
  }
}

// Whether a number, name or misplaced sign ends here.
bool Lexer::at_boundary() const {
  return at_ >= text_.size() ||
         std::string_view("()[],.!<>=&|").find(text_[at_]) != std::string_view::npos ||
         leading_blank(text_.substr(at_)) != 0;
}

bool Lexer::follows_legally(TokenKind kind) const {
  return (allowed_before(kind) & bit(last_)) != 0;
}

// Keeps account of brackets; false for a closing one that closes nothing, and for a comma that does
// not stand directly in a call.
bool Lexer::balances(TokenKind kind) {
  const TokenKind inner = open_.empty() ? TokenKind::none : open_.back();
  const auto closes = [&](TokenKind opening) {
    if (inner != opening) return false;
    open_.pop_back();
    return true;
  };
  switch (kind) {
    case TokenKind::open_group:
    case TokenKind::open_call:
    case TokenKind::open_index:
      open_.push_back(kind);
      return true;
    case TokenKind::close_group:
      return closes(TokenKind::open_group);
    case TokenKind::close_call:
      return closes(TokenKind::open_call);
    case TokenKind::close_index:
      return closes(TokenKind::open_index);
    case TokenKind::comma:
      return inner == TokenKind::open_call;
    default:
      return true;
  }
}

Lexeme Lexer::take(TokenKind kind, std::size_t start, Value value) {
  if (!follows_legally(kind) || !balances(kind)) kind = TokenKind::unexpected;
  return {kind, text_.substr(start, at_ - start), start, std::move(value)};
}

Lexeme Lexer::next() {
  skip_blanks();
  if (at_ >= text_.size()) return {TokenKind::none, {}, at_, {}};
  Lexeme lexeme = read();
  last_ = lexeme.kind;
  return lexeme;
}

Lexeme Lexer::read() {
  const char c = text_[at_];
  const auto single = [&](TokenKind kind) {
    const std::size_t start = at_++;
    return take(kind, start);
  };
  switch (c) {
    case '(':
      return single(last_ == TokenKind::function ? TokenKind::open_call : TokenKind::open_group);
    case ')':
      return single(!open_.empty() && open_.back() == TokenKind::open_call
                        ? TokenKind::close_call
                        : TokenKind::close_group);
    case '[':
      return single(TokenKind::open_index);
    case ']':
      return single(TokenKind::close_index);
    case ',':
      return single(TokenKind::comma);
    case '*':
      return single(TokenKind::wildcard);
    case '\'':
      return read_string();
    case '!':
    case '<':
    case '>':
    case '=':
    case '&':
    case '|':
      return read_operator();
    case '.':
      return (kBeforeOperand & bit(last_)) != 0 ? read_number() : single(TokenKind::dot);
    default:
      return is_digit(c) || c == '-' || c == '+' ? read_number() : read_name();
  }
}

Lexeme Lexer::read_number() {
  const std::size_t start = at_++;
  while (at_ < text_.size() && (!at_boundary() || text_[at_] == '.')) ++at_;
  const double number = text_to_number(text_.substr(start, at_ - start));
  return take(std::isnan(number) ? TokenKind::unexpected : TokenKind::literal, start, number);
}

Lexeme Lexer::read_name() {
  const std::size_t start = at_++;
  while (!at_boundary()) ++at_;
  const std::string_view name = text_.substr(start, at_ - start);
  if (!is_name(name)) return take(TokenKind::unexpected, start);
  if (last_ == TokenKind::dot) return take(TokenKind::property, start);
  if (name == "null") return take(TokenKind::literal, start);
  if (name == "true") return take(TokenKind::literal, start, true);
  if (name == "false") return take(TokenKind::literal, start, false);
  if (name == "NaN")
    return take(TokenKind::literal, start, std::numeric_limits<double>::quiet_NaN());
  if (name == "Infinity")
    return take(TokenKind::literal, start, std::numeric_limits<double>::infinity());
  const std::size_t end = at_;
  skip_blanks();
  const bool called = at_ < text_.size() && text_[at_] == '(';
  at_ = end;
  return take(called ? TokenKind::function : TokenKind::context, start);
}

Lexeme Lexer::read_string() {
  const std::size_t start = at_++;
  std::string value;
  while (at_ < text_.size()) {
    const char c = text_[at_++];
    if (c == '\'') {
      if (at_ >= text_.size() || text_[at_] != '\'')
        return take(TokenKind::literal, start, std::move(value));
      ++at_;
    }
    value += c;
  }
  return take(TokenKind::unexpected, start);
}

Lexeme Lexer::read_operator() {
  const std::size_t start = at_++;
  const std::string_view two = text_.substr(start, 2);
  if (two == "!=" || two == ">=" || two == "<=" || two == "==" || two == "&&" || two == "||") {
    ++at_;
    return take(TokenKind::binary, start);
  }
  if (two.front() == '!') return take(TokenKind::logical_not, start);
  if (two.front() == '<' || two.front() == '>') return take(TokenKind::binary, start);
  while (!at_boundary()) ++at_;
  return take(TokenKind::unexpected, start);
}

}  // namespace crema::expr
