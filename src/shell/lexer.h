// Words and operators of a shell script, one after another.
#pragma once

#include "crema/shell/script.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::shell {

// A piece of the script that is a script itself: what stands in $(...), `...`, <(...).
struct Substitution {
  std::size_t begin = 0, end = 0;
};

enum class TokenKind : char { word, separator, redirection, end };

struct Token {
  TokenKind kind = TokenKind::end;
  Word word;          // of a redirection its sign, with a descriptor in front
  bool bare = false;  // no part of it was quoted
};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Token next();
  // Those in the words so far, which are then forgotten.
  std::vector<Substitution> take_substitutions() { return std::exchange(substitutions_, {}); }
  // A here-document whose first line is the next one; goes on behind its delimiter.
  std::string read_document(std::string_view delimiter, bool strips_tabs);

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Substitution> substitutions_;

  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  void skip_blanks();
  bool read_operator(Token& token);
  void read_word(Token& token);
  void read_quoted(char quote, std::string& out);
  void read_dollar(std::string& out);
  void read_backquotes(std::string& out);
  void skip_group(char close);
};

}  // namespace crema::shell
