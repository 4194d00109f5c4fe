#include "json_cursor.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::load {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// How many digits stand there.
std::size_t digits(std::string_view text, std::size_t at) {
  std::size_t count = 0;
  while (at + count < text.size() && is_digit(text[at + count])) ++count;
  return count;
}

// The length of the number that stands there; 0 where it is none.
std::size_t number_length(std::string_view text, std::size_t begin) {
  std::size_t at = begin;
  if (at < text.size() && text[at] == '-') ++at;
  const std::size_t whole = digits(text, at);
  if (whole == 0 || (whole > 1 && text[at] == '0')) return 0;
  at += whole;
  if (at < text.size() && text[at] == '.') {
    const std::size_t part = digits(text, at + 1);
    if (part == 0) return 0;
    at += 1 + part;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const std::size_t exponent = digits(text, at);
    if (exponent == 0) return 0;
    at += exponent;
  }
  return at - begin;
}

// How many bytes the character has that begins there; 0 where it is no UTF-8 (Unicode, table 3-7).
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<std::uint8_t>(text[at + i]) : 0U;
  };
  const auto follows = [&](std::size_t i, unsigned low, unsigned high) {
    return byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return follows(1, 0x80, 0xbf) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const unsigned low = first == 0xe0 ? 0xa0 : 0x80;
    const unsigned high = first == 0xed ? 0x9f : 0xbf;
    return follows(1, low, high) && follows(2, 0x80, 0xbf) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const unsigned low = first == 0xf0 ? 0x90 : 0x80;
    const unsigned high = first == 0xf4 ? 0x8f : 0xbf;
    return follows(1, low, high) && follows(2, 0x80, 0xbf) && follows(3, 0x80, 0xbf) ? 4 : 0;
  }
  return 0;
}

}  // namespace

JsonToken JsonCursor::peek() {
  skip_blanks();
  if (at_ >= text_.size()) return JsonToken::end;
  switch (text_[at_]) {
    case '{':
      return JsonToken::object;
    case '[':
      return JsonToken::array;
    case '"':
      return JsonToken::string;
    case 't':
    case 'f':
      return JsonToken::boolean;
    case 'n':
      return JsonToken::null;
    default:
      return text_[at_] == '-' || is_digit(text_[at_]) ? JsonToken::number : JsonToken::invalid;
  }
}

bool JsonCursor::take(char wanted) {
  skip_blanks();
  if (at_ >= text_.size() || text_[at_] != wanted) return false;
  ++at_;
  return true;
}

bool JsonCursor::expect(char wanted) { return take(wanted) || unexpected(at_); }

bool JsonCursor::string(std::string_view& value, std::string& buffer) {
  skip_blanks();
  const std::size_t begin = at_;
  if (at_ >= text_.size() || text_[at_] != '"') return unexpected(at_);
  ++at_;
  const std::size_t first = at_;
  while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
         static_cast<std::uint8_t>(text_[at_]) >= 0x20)
    ++at_;
  if (at_ < text_.size() && text_[at_] == '"') {
    value = text_.substr(first, at_++ - first);
    return is_utf8(value) || syntax_at(begin, "invalid UTF-8 in string");
  }
  buffer.assign(text_.substr(first, at_ - first));
  while (at_ < text_.size() && text_[at_] != '"') {
    const auto c = text_[at_++];
    if (static_cast<std::uint8_t>(c) < 0x20) return syntax_at(begin, "invalid character in string");
    if (c != '\\')
      buffer += c;
    else if (!escape(buffer))
      return syntax_at(begin, "invalid escape code in string");
  }
  if (at_ >= text_.size()) return syntax_at(at_, "unexpected EOF");
  ++at_;
  value = buffer;
  return is_utf8(value) || syntax_at(begin, "invalid UTF-8 in string");
}

bool JsonCursor::hex(std::uint32_t& code) {
  code = 0;
  if (text_.size() - at_ < 4) return false;
  for (int i = 0; i < 4; ++i) {
    const char c = text_[at_++];
    std::uint32_t digit = 0;
    if (is_digit(c))
      digit = static_cast<std::uint32_t>(c - '0');
    else if (c >= 'a' && c <= 'f')
      digit = static_cast<std::uint32_t>(c - 'a' + 10);
    else if (c >= 'A' && c <= 'F')
      digit = static_cast<std::uint32_t>(c - 'A' + 10);
    else
      return false;
    code = code << 4 | digit;
  }
  return true;
}

bool JsonCursor::escape(std::string& buffer) {
  static constexpr std::string_view kLetters = "\"\\/bfnrt";
  static constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
  if (at_ >= text_.size()) return false;
  const char letter = text_[at_++];
  if (letter != 'u') {
    const auto index = kLetters.find(letter);
    if (index == std::string_view::npos) return false;
    buffer += kMeant[index];
    return true;
  }
  std::uint32_t code = 0;
  if (!hex(code)) return false;
  if (code >= 0xd800 && code < 0xe000) {
    std::uint32_t low = 0;
    if (code >= 0xdc00 || text_.substr(at_, 2) != "\\u") return false;
    at_ += 2;
    if (!hex(low) || low < 0xdc00 || low >= 0xe000) return false;
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  }
  append_utf8(buffer, code);
  return true;
}

bool JsonCursor::number(std::string_view& value) {
  skip_blanks();
  const std::size_t length = number_length(text_, at_);
  if (length == 0) return syntax_at(at_, fmt::format("invalid value {}", token_at(at_)));
  value = text_.substr(at_, length);
  at_ += length;
  return true;
}

bool JsonCursor::word(std::string_view wanted) {
  skip_blanks();
  if (text_.substr(at_, wanted.size()) != wanted) return false;
  at_ += wanted.size();
  return true;
}

bool JsonCursor::boolean(bool& value) {
  value = word("true");
  return value || word("false") || unexpected(at_);
}

bool JsonCursor::null() { return word("null") || unexpected(at_); }

bool JsonCursor::skip() {
  std::size_t depth = 0;
  std::string_view view;
  std::string buffer;
  bool flag = false;
  // Commas and colons are passed over where they stand: whoever reads the value itself tells.
  do {
    while (take(',') || take(':')) {
    }
    if (depth > 0 && (take('}') || take(']'))) {
      --depth;
      continue;
    }
    switch (peek()) {
      case JsonToken::object:
      case JsonToken::array:
        ++at_;
        ++depth;
        break;
      case JsonToken::string:
        if (!string(view, buffer)) return false;
        break;
      case JsonToken::number:
        if (!number(view)) return false;
        break;
      case JsonToken::boolean:
        if (!boolean(flag)) return false;
        break;
      case JsonToken::null:
        if (!null()) return false;
        break;
      case JsonToken::end:
      case JsonToken::invalid:
        return unexpected(at_);
    }
  } while (depth > 0);
  return true;
}

bool JsonCursor::finish() { return peek() == JsonToken::end || unexpected(at_); }

bool JsonCursor::fail_at(std::size_t position, std::string message) {
  if (error_.empty()) {
    error_at_ = position;
    error_ = std::move(message);
  }
  return false;
}

bool JsonCursor::syntax_at(std::size_t position, std::string message) {
  syntax_ = syntax_ || error_.empty();
  return fail_at(position, std::move(message));
}

bool JsonCursor::unexpected(std::size_t position) {
  if (position >= text_.size()) return syntax_at(position, "unexpected EOF");
  return syntax_at(position, fmt::format("unexpected token {}", token_at(position)));
}

std::string_view JsonCursor::token_at(std::size_t position) const {
  constexpr std::size_t kMostShown = 64;
  if (position >= text_.size()) return "";
  std::size_t end = position + 1;
  if (text_[position] == '"') {
    while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2U : 1U;
    ++end;
  } else if (std::string_view("{}[],:").find(text_[position]) == std::string_view::npos) {
    end = std::min(text_.find_first_of("{}[],:\" \t\r\n", end), text_.size());
  }
  return text_.substr(position, std::min(end - position, kMostShown));
}

std::string JsonCursor::error() const {
  const auto before = text_.substr(0, error_at_);
  const auto line = std::ranges::count(before, '\n') + 1;
  const auto begin = before.rfind('\n');
  const auto of_line = before.substr(begin == std::string_view::npos ? 0 : begin + 1);
  const auto column = std::ranges::count_if(of_line, [](char c) { return (c & 0xc0) != 0x80; }) + 1;
  return fmt::format("{}(line {}:{}): {}", syntax_ ? "syntax error " : "", line, column, error_);
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6);
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

bool is_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (static_cast<std::uint8_t>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    const std::size_t length = utf8_length(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

void append_json_string(std::string& out, std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto c = static_cast<std::uint8_t>(text[at]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out += text.substr(begin, at - begin);
    begin = at + 1;
    out += '\\';
    if (c >= 0x20) {
      out += static_cast<char>(c);
    } else {
      out += "u00";
      out += kHex[c >> 4];
      out += kHex[c & 15];
    }
  }
  out += text.substr(begin);
  out += '"';
}

}  // namespace crema::load
