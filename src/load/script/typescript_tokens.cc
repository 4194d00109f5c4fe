#include "typescript_tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::load {
namespace {

using Kind = ScriptToken::Kind;

// Longest first.
constexpr std::array<std::string_view, 35> kSigns{
    "...", "===", "!==", "**=", "<<=", "&&=", "||=", "?\?=", "=>", "==", "!=", "<=",
    "++",  "--",  "<<",  "&&",  "||",  "??",  "?.",  "+=",   "-=", "*=", "/=", "%=",
    "&=",  "|=",  "^=",  "**",  "{",   "}",   "(",   ")",    "[",  "]",  ";"};

// Words after which a "/" begins a regular expression.
constexpr std::array<std::string_view, 14> kBeforeOperand{
    "return", "typeof", "case",   "do",    "else",  "in",    "instanceof",
    "new",    "void",   "delete", "throw", "yield", "await", "of"};

bool name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || c == '\\' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool digit(char c) { return c >= '0' && c <= '9'; }

class Lexer {
 public:
  explicit Lexer(const SourcePtr& source) : source_(source), text_(source->text()) {}

  Result<std::vector<ScriptToken>> all() {
    if (text_.starts_with("#!")) at_ = std::min(text_.find('\n'), text_.size());
    while (true) {
      CREMA_TRY(skip_blanks());
      if (at_ >= text_.size()) break;
      CREMA_TRY(next());
      broken_ = false;
    }
    if (!open_.empty()) return wrong(tokens_[open_.back()].begin, "this bracket is never closed");
    add(Kind::end, text_.size());
    return std::move(tokens_);
  }

 private:
  Diagnostic wrong(std::size_t at, std::string message) const {
    Diagnostic diagnostic = make_error("load/typescript", std::move(message));
    diagnostic.span = place_in(source_, at);
    return diagnostic;
  }

  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  Result<> skip_blanks() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\n' || c == '\r') {
        broken_ = true;
        ++at_;
      } else if (c == ' ' || c == '\t' || c == '\v' || c == '\f') {
        ++at_;
      } else if (text_.substr(at_).starts_with("\xC2\xA0")) {
        at_ += 2;
      } else if (text_.substr(at_).starts_with("\xEF\xBB\xBF")) {
        at_ += 3;
      } else if (c == '/' && peek(1) == '/') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (c == '/' && peek(1) == '*') {
        const auto end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return wrong(at_, "this comment is never closed");
        broken_ = broken_ || text_.substr(at_, end - at_).find('\n') != std::string_view::npos;
        at_ = end + 2;
      } else {
        break;
      }
    }
    return {};
  }

  ScriptToken& add(Kind kind, std::size_t end) {
    const auto index = static_cast<std::uint32_t>(tokens_.size());
    tokens_.push_back({.kind = kind,
                       .after_line_break = broken_,
                       .begin = static_cast<std::uint32_t>(at_),
                       .end = static_cast<std::uint32_t>(end),
                       .match = index});
    at_ = end;
    return tokens_.back();
  }

  std::string_view text_of(const ScriptToken& token) const {
    return text_.substr(token.begin, token.end - token.begin);
  }

  Result<> next() {
    const char c = peek();
    if (name_start(c) || (c == '#' && name_start(peek(1)))) {
      std::size_t end = at_ + 1;
      while (end < text_.size() && (name_start(text_[end]) || digit(text_[end]))) {
        // \u{61}
        if (text_[end] == '\\' && text_.substr(end).starts_with("\\u{"))
          end = std::min(text_.find('}', end), text_.size() - 1);
        ++end;
      }
      add(c == '#' ? Kind::private_name : Kind::name, end);
      return {};
    }
    if (digit(c) || (c == '.' && digit(peek(1)))) return number();
    if (c == '"' || c == '\'') return string(c);
    if (c == '`') return template_part(Kind::template_part, false);
    if (c == '}' && !open_.empty() && tokens_[open_.back()].kind == Kind::template_part)
      return template_part(Kind::template_part, true);
    if (c == '/' && regex_may_begin()) return regex();
    return sign();
  }

  Result<> number() {
    std::size_t end = at_;
    while (end < text_.size() &&
           (name_start(text_[end]) || digit(text_[end]) || text_[end] == '.' ||
            ((text_[end] == '+' || text_[end] == '-') &&
             (text_[end - 1] == 'e' || text_[end - 1] == 'E') &&
             !text_.substr(at_).starts_with("0x"))))
      ++end;
    add(Kind::number, end);
    return {};
  }

  Result<> string(char quote) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n')
      end += text_[end] == '\\' ? 2 : 1;
    if (end >= text_.size() || text_[end] != quote) return wrong(at_, "this text is never closed");
    add(Kind::string, end + 1);
    return {};
  }

  // From "`" or "}" to "${" or "`".
  Result<> template_part(Kind kind, bool continues) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != '`' && !text_.substr(end).starts_with("${"))
      end += text_[end] == '\\' ? 2 : 1;
    if (end >= text_.size()) return wrong(at_, "this template is never closed");
    const bool opens = text_[end] == '$';
    ScriptToken& token = add(kind, end + (opens ? 2 : 1));
    const auto index = static_cast<std::uint32_t>(tokens_.size() - 1);
    if (continues) {
      tokens_[open_.back()].match = index;
      open_.pop_back();
    }
    token.match = index;
    if (opens) open_.push_back(index);
    return {};
  }

  bool regex_may_begin() const {
    if (tokens_.empty()) return true;
    const ScriptToken& before = tokens_.back();
    const std::string_view word = text_of(before);
    switch (before.kind) {
      case Kind::name:
        return std::ranges::find(kBeforeOperand, word) != kBeforeOperand.end();
      case Kind::sign:
        break;
      case Kind::template_part:
        return word.ends_with("${");
      default:
        return false;
    }
    if (word == ")") {
      if (before.match == 0) return false;
      const std::string_view head = text_of(tokens_[before.match - 1]);
      return head == "if" || head == "while" || head == "for" || head == "with";
    }
    // Behind a value, "!" says that it is not null.
    if (word == "!" && tokens_.size() > 1) {
      const ScriptToken& value = tokens_[tokens_.size() - 2];
      const std::string_view last = text_of(value);
      const bool operand = value.kind == Kind::name
                               ? std::ranges::find(kBeforeOperand, last) == kBeforeOperand.end()
                               : last == ")" || last == "]";
      return !operand || value.end != before.begin;
    }
    return word != "]" && word != "}" && word != "++" && word != "--";
  }

  Result<> regex() {
    std::size_t end = at_ + 1;
    bool in_class = false;
    while (end < text_.size() && text_[end] != '\n' && (in_class || text_[end] != '/')) {
      if (text_[end] == '[') in_class = true;
      if (text_[end] == ']') in_class = false;
      end += text_[end] == '\\' ? 2 : 1;
    }
    if (end >= text_.size() || text_[end] == '\n')
      return wrong(at_, "this regular expression is never closed");
    ++end;
    while (end < text_.size() && name_start(text_[end])) ++end;
    add(Kind::regex, end);
    return {};
  }

  Result<> sign() {
    const std::string_view rest = text_.substr(at_);
    std::size_t length = 1;
    for (const std::string_view each : kSigns)
      if (rest.starts_with(each)) {
        length = each.size();
        break;
      }
    // "a?.5:b" is a condition.
    if (rest.starts_with("?.") && rest.size() > 2 && digit(rest[2])) length = 1;
    const char c = peek();
    add(Kind::sign, at_ + length);
    const auto index = static_cast<std::uint32_t>(tokens_.size() - 1);
    if (c == '(' || c == '[' || c == '{') {
      open_.push_back(index);
    } else if (c == ')' || c == ']' || c == '}') {
      const char opening = c == ')' ? '(' : c == ']' ? '[' : '{';
      if (open_.empty() || text_[tokens_[open_.back()].begin] != opening)
        return wrong(tokens_[index].begin, fmt::format("no bracket is open that \"{}\" closes", c));
      tokens_[index].match = open_.back();
      tokens_[open_.back()].match = index;
      open_.pop_back();
    }
    return {};
  }

  SourcePtr source_;
  std::string_view text_;
  std::size_t at_ = 0;
  bool broken_ = false;
  std::vector<ScriptToken> tokens_;
  std::vector<std::uint32_t> open_;
};

}  // namespace

Result<std::vector<ScriptToken>> read_script_tokens(const SourcePtr& source) {
  return Lexer(source).all();
}

Span place_in(const SourcePtr& source, std::size_t at) {
  const std::string_view before = source->text().substr(0, at);
  Span span{.source = source};
  span.line = static_cast<std::uint32_t>(1 + std::ranges::count(before, '\n'));
  const auto line_start = before.rfind('\n');
  const std::string_view line =
      line_start == std::string_view::npos ? before : before.substr(line_start + 1);
  span.column = static_cast<std::uint32_t>(1 + std::ranges::count_if(line, [](char c) {
                                             return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
                                           }));
  return span;
}

}  // namespace crema::load
