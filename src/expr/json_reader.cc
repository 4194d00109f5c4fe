// fromJSON(): reads what GitHub's reader takes (Newtonsoft.Json through actions/runner FromJson):
// JSON, and besides comments, trailing commas, single quotes, bare member names, NaN and Infinity.
// Members keep their order; of two with one name (ignoring case) the first gives the name and the
// place, the last the value. Nesting is kept on a stack of its own and is limited.
#include "case_fold.h"

#include "crema/expr/value.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

namespace crema::expr {
namespace {

constexpr std::size_t kMaxNesting = 100;

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}
bool is_name(char c) { return is_name_start(c) || (c >= '0' && c <= '9'); }

void append_utf8(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
    return;
  }
  if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
  } else {
    if (c < 0x10000) {
      out += static_cast<char>(0xE0 | (c >> 12));
    } else {
      out += static_cast<char>(0xF0 | (c >> 18));
      out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    }
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
  }
  out += static_cast<char>(0x80 | (c & 0x3F));
}

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  std::optional<Value> read() {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    while (ok()) {
      skip_blanks();
      if (frames_.empty() && done_) break;
      step();
    }
    if (!ok()) return std::nullopt;
    return std::move(result_);
  }

  const std::string& error() const { return error_; }

 private:
  // An open array or object. An object waits for a name or, with `name` set, for its value.
  struct Frame {
    bool is_object = false;
    Array items;
    Object members;
    std::optional<std::string> name;
    bool after_value = false;
  };

  bool ok() const { return error_.empty(); }
  bool at_end() const { return at_ >= text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }

  void fail(std::string_view what) {
    if (!ok()) return;
    std::size_t line = 1;
    std::size_t start = 0;
    for (std::size_t i = 0; i < at_ && i < text_.size(); ++i) {
      if (text_[i] != '\n') continue;
      ++line;
      start = i + 1;
    }
    const std::size_t column = code_point_count(text_.substr(start, at_ - start)) + 1;
    error_ = fmt::format("{} (line {}, column {})", what, line, column);
  }

  void fail_here() {
    if (at_end())
      fail("unexpected end of the text");
    else
      fail(fmt::format("unexpected character '{}'", text_.substr(at_, 1)));
  }

  void skip_blanks() {
    while (!at_end()) {
      if (const std::size_t size = leading_blank(text_.substr(at_))) {
        at_ += size;
      } else if (text_.substr(at_).starts_with("//")) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (text_.substr(at_).starts_with("/*")) {
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return fail("a comment is not closed");
        at_ = end + 2;
      } else {
        return;
      }
    }
  }

  // Reads one token in the state the innermost open collection is in.
  void step() {
    if (frames_.empty()) {
      at_end() ? fail_here() : value();
      return;
    }
    Frame& frame = frames_.back();
    const char close = frame.is_object ? '}' : ']';
    if (frame.name) return value();
    if (peek() == close) {
      ++at_;
      return close_frame();
    }
    if (frame.after_value) {
      if (peek() != ',') return fail_here();
      ++at_;
      frame.after_value = false;
      return;
    }
    frame.is_object ? member_name() : value();
  }

  void member_name() {
    std::string name;
    if (peek() == '"' || peek() == '\'') {
      name = quoted();
    } else {
      const std::size_t start = at_;
      while (is_name(peek())) ++at_;
      if (at_ == start) return fail_here();
      name = text_.substr(start, at_ - start);
    }
    skip_blanks();
    if (!ok()) return;
    if (peek() != ':') return fail_here();
    ++at_;
    frames_.back().name = std::move(name);
  }

  void value() {
    const char c = peek();
    if (c == '{' || c == '[') {
      if (frames_.size() == kMaxNesting)
        return fail(fmt::format("nested deeper than {} levels", kMaxNesting));
      ++at_;
      frames_.emplace_back().is_object = c == '{';
    } else if (c == '"' || c == '\'') {
      std::string text = quoted();
      if (ok()) add(std::move(text));
    } else if ((c >= '0' && c <= '9') || c == '-' || c == '.') {
      number();
    } else {
      keyword();
    }
  }

  void add(Value value) {
    if (frames_.empty()) {
      result_ = std::move(value);
      return finish();
    }
    Frame& frame = frames_.back();
    if (frame.is_object) {
      frame.members.set(std::move(*frame.name), std::move(value));
      frame.name.reset();
    } else {
      frame.items.push_back(std::move(value));
    }
    frame.after_value = true;
  }

  void finish() {
    done_ = true;
    skip_blanks();
    if (ok() && !at_end()) fail("more text after the end of the value");
  }

  void close_frame() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    add(frame.is_object ? Value(std::move(frame.members)) : Value(std::move(frame.items)));
  }

  void keyword() {
    const std::size_t start = at_;
    while (is_name(peek())) ++at_;
    const std::string_view word = text_.substr(start, at_ - start);
    if (word == "null" || word == "undefined") return add({});
    if (word == "true") return add(true);
    if (word == "false") return add(false);
    if (word == "NaN") return add(std::numeric_limits<double>::quiet_NaN());
    if (word == "Infinity") return add(std::numeric_limits<double>::infinity());
    at_ = start;
    fail_here();
  }

  void number() {
    const std::size_t start = at_;
    while (is_name(peek()) || peek() == '-' || peek() == '+' || peek() == '.') ++at_;
    const std::string_view token = text_.substr(start, at_ - start);
    const double value = token == "-" ? std::nan("") : text_to_number(token);
    if (!std::isnan(value)) return add(value);
    at_ = start;
    fail(fmt::format("'{}' is no number", token));
  }

  std::string quoted() {
    const char quote = text_[at_++];
    std::string out;
    while (!at_end()) {
      const char c = text_[at_++];
      if (c == quote) return out;
      if (c == '\\')
        escape(out);
      else
        out += c;
      if (!ok()) return out;
    }
    fail("a string is not closed");
    return out;
  }

  void escape(std::string& out) {
    const char c = peek();
    ++at_;
    switch (c) {
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case '"':
      case '\'':
      case '\\':
      case '/':
        out += c;
        break;
      case 'u':
        unicode_escape(out);
        break;
      default:
        at_ -= 1;
        fail("bad escape in a string");
    }
  }

  std::optional<std::uint32_t> hex4() {
    std::uint32_t value = 0;
    const std::string_view digits = text_.substr(std::min(at_, text_.size()), 4);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() != 4 || error != std::errc() || end != digits.data() + 4) return std::nullopt;
    at_ += 4;
    return value;
  }

  // A surrogate pair becomes one character; half a pair the replacement character.
  void unicode_escape(std::string& out) {
    const auto first = hex4();
    if (!first) return fail("bad \\u escape in a string");
    std::uint32_t c = *first;
    if (c >= 0xD800 && c < 0xDC00 && text_.substr(at_).starts_with("\\u")) {
      const std::size_t back = at_;
      at_ += 2;
      const auto second = hex4();
      if (second && *second >= 0xDC00 && *second < 0xE000)
        c = 0x10000 + ((c - 0xD800) << 10) + (*second - 0xDC00);
      else
        at_ = back;
    }
    append_utf8(out, c >= 0xD800 && c < 0xE000 ? 0xFFFD : c);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Frame> frames_;
  Value result_;
  bool done_ = false;
  std::string error_;
};

}  // namespace

std::optional<Value> from_json(std::string_view text, std::string* error) {
  JsonReader reader(text);
  std::optional<Value> value = reader.read();
  if (!value && error != nullptr) *error = reader.error();
  return value;
}

}  // namespace crema::expr
