#include "json_scan.h"

#include <algorithm>
#include <vector>

namespace crema::load {
namespace {

constexpr std::size_t kDeepest = 10'000;

bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool digit(char c) { return c >= '0' && c <= '9'; }

std::size_t end_of_string(std::string_view text) {
  std::size_t i = 1;
  while (i < text.size() && text[i] != '"') i += text[i] == '\\' ? 2 : 1;
  return std::min(i + 1, text.size());
}

std::size_t end_of_nested(std::string_view text) {
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '"') {
      i += end_of_string(text.substr(i));
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return i + 1;
    ++i;
  }
  return text.size();
}

// Checks a text from its front; what was read is gone from it.
class Validator {
 public:
  explicit Validator(std::string_view text) : rest_(text) {}

  bool all() {
    if (!value()) return false;
    while (!open_.empty()) {
      if (!step()) return false;
    }
    blanks();
    return rest_.empty();
  }

 private:
  void blanks() {
    while (!rest_.empty() && blank(rest_.front())) rest_.remove_prefix(1);
  }
  bool take(char c) {
    blanks();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // What follows a value inside an array or object.
  bool step() {
    const bool object = open_.back();
    if (take(object ? '}' : ']')) {
      open_.pop_back();
      fresh_ = false;
      return true;
    }
    if (!fresh_ && !take(',')) return false;
    fresh_ = false;
    if (object) {
      blanks();
      if (!string() || !take(':')) return false;
    }
    return value();
  }

  // A whole plain value, or the beginning of an array or object.
  bool value() {
    blanks();
    if (rest_.empty()) return false;
    const char c = rest_.front();
    if (c == '{' || c == '[') {
      if (open_.size() >= kDeepest) return false;
      open_.push_back(c == '{');
      fresh_ = true;
      rest_.remove_prefix(1);
      return true;
    }
    if (c == '"') return string();
    if (c == '-' || digit(c)) return number();
    for (const std::string_view word : {"true", "false", "null"})
      if (rest_.starts_with(word)) {
        rest_.remove_prefix(word.size());
        return true;
      }
    return false;
  }

  bool string() {
    if (!rest_.starts_with('"')) return false;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      const char c = rest_[i];
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c == '"') {
        rest_.remove_prefix(i + 1);
        return true;
      }
      if (c != '\\') continue;
      if (++i >= rest_.size()) return false;
      if (rest_[i] == 'u') {
        for (int k = 0; k < 4; ++k)
          if (++i >= rest_.size() || !hexadecimal(rest_[i])) return false;
      } else if (std::string_view("\"\\/bfnrt").find(rest_[i]) == std::string_view::npos) {
        return false;
      }
    }
    return false;
  }

  static bool hexadecimal(char c) {
    return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  }

  bool digits() {
    const auto end = std::ranges::find_if_not(rest_, digit);
    const auto count = static_cast<std::size_t>(end - rest_.begin());
    rest_.remove_prefix(count);
    return count > 0;
  }

  bool number() {
    if (rest_.starts_with('-')) rest_.remove_prefix(1);
    if (rest_.starts_with('0'))
      rest_.remove_prefix(1);
    else if (!digits())
      return false;
    if (rest_.starts_with('.')) {
      rest_.remove_prefix(1);
      if (!digits()) return false;
    }
    if (rest_.starts_with('e') || rest_.starts_with('E')) {
      rest_.remove_prefix(1);
      if (rest_.starts_with('+') || rest_.starts_with('-')) rest_.remove_prefix(1);
      if (!digits()) return false;
    }
    return true;
  }

  std::string_view rest_;
  std::vector<bool> open_;  // true: an object
  bool fresh_ = false;      // nothing came since it was opened
};

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  }
}

// The four digits behind "\u"; what is no digit counts as 0.
std::uint32_t code_unit(std::string_view digits) {
  std::uint32_t unit = 0;
  for (const char c : digits.substr(0, 4)) {
    const int value = digit(c)               ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : 0;
    unit = unit << 4 | static_cast<std::uint32_t>(value);
  }
  return unit;
}

char plain_escape(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;
  }
}

}  // namespace

JsonKind kind_of_json(std::string_view value) {
  if (value.empty()) return JsonKind::none;
  switch (value.front()) {
    case '{':
      return JsonKind::object;
    case '[':
      return JsonKind::array;
    case '"':
      return JsonKind::string;
    case 't':
      return JsonKind::yes;
    case 'f':
      return JsonKind::no;
    case 'n':
      return JsonKind::null;
    default:
      return JsonKind::number;
  }
}

bool valid_json(std::string_view text) { return Validator(text).all(); }

std::string_view first_json_value(std::string_view text) {
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  if (text.empty()) return {};
  switch (text.front()) {
    case '"':
      return text.substr(0, end_of_string(text));
    case '{':
    case '[':
      return text.substr(0, end_of_nested(text));
    default:
      return text.substr(0, text.find_first_of(",:]} \t\r\n"));
  }
}

JsonMembers::JsonMembers(std::string_view value) {
  const JsonKind kind = kind_of_json(value);
  if (kind != JsonKind::array && kind != JsonKind::object) return;
  object_ = kind == JsonKind::object;
  rest_ = value.substr(1);
}

void JsonMembers::skip_blanks() {
  while (!rest_.empty() && (blank(rest_.front()) || rest_.front() == ',' || rest_.front() == ':'))
    rest_.remove_prefix(1);
}

bool JsonMembers::next() {
  skip_blanks();
  if (rest_.empty() || rest_.front() == ']' || rest_.front() == '}') return false;
  if (object_) {
    if (rest_.front() != '"') return false;
    key_ = rest_.substr(0, end_of_string(rest_));
    rest_.remove_prefix(key_.size());
    skip_blanks();
  }
  value_ = first_json_value(rest_);
  rest_.remove_prefix(value_.size());
  return !value_.empty();
}

std::string unquote_json(std::string_view quoted) {
  if (quoted.size() < 2) return {};
  quoted = quoted.substr(1, quoted.size() - (quoted.ends_with('"') ? 2 : 1));
  if (quoted.find('\\') == std::string_view::npos) return std::string(quoted);
  std::string text;
  for (std::size_t i = 0; i < quoted.size(); ++i) {
    if (quoted[i] != '\\' || i + 1 >= quoted.size()) {
      text += quoted[i];
      continue;
    }
    if (quoted[++i] != 'u') {
      text += plain_escape(quoted[i]);
      continue;
    }
    std::uint32_t code = code_unit(quoted.substr(i + 1));
    i = std::min(i + 4, quoted.size() - 1);
    const auto low = quoted.substr(i + 1);
    if (code >= 0xd800 && code < 0xdc00 && low.starts_with("\\u") && low.size() >= 6) {
      const std::uint32_t second = code_unit(low.substr(2));
      if (second >= 0xdc00 && second < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + (second - 0xdc00);
        i += 6;
      }
    }
    append_utf8(text, code >= 0xd800 && code < 0xe000 ? 0xfffd : code);
  }
  return text;
}

}  // namespace crema::load
