// Cuts an expression into tokens and says of each whether it may stand after the one before it, as
// GitHub's does; so most syntax errors are found here (actions/runner LexicalAnalyzer).
#pragma once

#include "crema/expr/value.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::expr {

enum class TokenKind : std::uint8_t {
  none,  // before the first token
  unexpected,
  literal,
  context,   // a name that is neither a literal, nor called, nor after a dot
  property,  // a name after a dot
  function,  // a name before "("
  wildcard,
  dot,
  comma,
  open_group,
  close_group,
  open_call,
  close_call,
  open_index,
  close_index,
  logical_not,
  binary,  // a comparison, && or ||
};

struct Lexeme {
  TokenKind kind = TokenKind::none;
  std::string_view text;
  std::size_t offset = 0;  // in bytes
  Value value;             // of a literal
};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  // The next token; kind `none` at the end.
  Lexeme next();
  // Whether a bracket is still open.
  bool unclosed() const { return !open_.empty(); }

 private:
  Lexeme read();
  Lexeme read_number();
  Lexeme read_name();
  Lexeme read_string();
  Lexeme read_operator();
  Lexeme take(TokenKind kind, std::size_t start, Value value = {});
  bool follows_legally(TokenKind kind) const;
  bool balances(TokenKind kind);
  void skip_blanks();
  bool at_boundary() const;

  std::string_view text_;
  std::size_t at_ = 0;
  TokenKind last_ = TokenKind::none;
  std::vector<TokenKind> open_;
};

bool is_name(std::string_view text);

}  // namespace crema::expr
