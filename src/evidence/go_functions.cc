// Where the functions of a Go file begin and end, by its tokens: enough for coverage, and it works
// for files that do not compile (https://go.dev/ref/spec#Lexical_elements).
#include "crema/evidence/go_profile.h"

#include <algorithm>

namespace crema::evidence {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct GoToken {
  std::string_view text;  // "" at the end; "\n" for a line break outside of everything
  std::uint32_t line = 1, column = 1;
};

class GoTokens {
 public:
  explicit GoTokens(std::string_view source) : rest_(source) {}

  // Names, signs of one character, line breaks; comments are passed over, literals are one token.
  GoToken next() {
    skip_blanks_and_comments();
    GoToken token{{}, line_, column_};
    if (rest_.empty()) return token;
    const char c = rest_.front();
    std::size_t size = 1;
    if (is_letter(c)) {
      while (size < rest_.size() && (is_letter(rest_[size]) || is_digit(rest_[size]))) ++size;
    } else if (c == '`') {
      const auto end = rest_.find('`', 1);
      size = end == std::string_view::npos ? rest_.size() : end + 1;
    } else if (c == '"' || c == '\'') {
      while (size < rest_.size() && rest_[size] != c && rest_[size] != '\n')
        size += rest_[size] == '\\' ? 2 : 1;
      size = std::min(size + 1, rest_.size());
    }
    token.text = rest_.substr(0, size);
    advance(size);
    return token;
  }

  std::uint32_t line() const { return line_; }
  std::uint32_t column() const { return column_; }

 private:
  void advance(std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
      if (rest_[i] == '\n') {
        ++line_;
        column_ = 1;
      } else {
        ++column_;
      }
    }
    rest_.remove_prefix(size);
  }

  void skip_blanks_and_comments() {
    while (!rest_.empty()) {
      if (rest_.starts_with("//")) {
        advance(std::min(rest_.find('\n'), rest_.size()));
      } else if (rest_.starts_with("/*")) {
        const auto end = rest_.find("*/", 2);
        advance(end == std::string_view::npos ? rest_.size() : end + 2);
      } else if (rest_.front() == ' ' || rest_.front() == '\t' || rest_.front() == '\r') {
        advance(1);
      } else {
        return;
      }
    }
  }

  std::string_view rest_;
  std::uint32_t line_ = 1, column_ = 1;
};

// "(m *Menu[T])" as the tool writes it before a name: "(*Menu)."; "" for no receiver.
std::string receiver_text(const std::vector<std::string_view>& tokens) {
  bool pointer = false;
  std::string_view type;
  int depth = 0;
  for (const auto token : tokens) {
    if (token == "[") ++depth;
    if (token == "]") --depth;
    if (depth > 0) continue;
    if (token == "*") pointer = true;
    if (is_letter(token.front())) type = token;  // the last name is the type's
  }
  if (type.empty()) return "";
  return pointer ? "(*" + std::string(type) + ")." : std::string(type) + ".";
}

class FunctionFinder {
 public:
  explicit FunctionFinder(std::string_view source) : tokens_(source) {}

  std::vector<GoFunction> find() {
    bool begins = true;  // a declaration may begin here
    for (auto token = tokens_.next(); !token.text.empty(); token = tokens_.next()) {
      if (begins && token.text == "func") {
        take_function(token);
        begins = false;
        continue;
      }
      if (is_open(token.text)) skip_group();
      begins = token.text == "\n" || token.text == ";";
    }
    return std::move(found_);
  }

 private:
  static bool is_open(std::string_view text) { return text == "{" || text == "(" || text == "["; }
  static bool is_close(std::string_view text) { return text == "}" || text == ")" || text == "]"; }

  // Behind the sign that closes what has just been opened.
  void skip_group() {
    for (int depth = 1; depth > 0;) {
      const auto token = tokens_.next();
      if (token.text.empty()) return;
      if (is_open(token.text)) ++depth;
      if (is_close(token.text)) --depth;
    }
  }

  // Behind "func": [receiver] name [types] parameters [results] [body].
  void take_function(const GoToken& keyword) {
    auto token = tokens_.next();
    std::string receiver;
    if (token.text == "(") {
      std::vector<std::string_view> inside;
      int depth = 1;
      for (token = tokens_.next(); !token.text.empty(); token = tokens_.next()) {
        if (is_open(token.text)) ++depth;
        if (is_close(token.text) && --depth == 0) break;
        if (token.text != "\n") inside.push_back(token.text);
      }
      receiver = receiver_text(inside);
      token = tokens_.next();
    }
    if (token.text.empty() || !is_letter(token.text.front())) return;
    GoFunction function{
        .name = receiver + std::string(token.text), .line = keyword.line, .column = keyword.column};
    if (!skip_signature()) return;
    skip_group();
    function.end_line = tokens_.line();
    function.end_column = tokens_.column();
    found_.push_back(std::move(function));
  }

  // To behind the "{" of the body; false where there is none. A brace that belongs to a type in the
  // signature follows `struct` or `interface`.
  bool skip_signature() {
    std::string_view before;
    for (auto token = tokens_.next(); !token.text.empty(); token = tokens_.next()) {
      if (token.text == "{" && before != "struct" && before != "interface") return true;
      if (token.text == "\n" || token.text == ";") return false;
      if (is_open(token.text)) skip_group();
      before = token.text;
    }
    return false;
  }

  GoTokens tokens_;
  std::vector<GoFunction> found_;
};

}  // namespace

std::vector<GoFunction> go_functions(std::string_view source) {
  return FunctionFinder(source).find();
}

}  // namespace crema::evidence
