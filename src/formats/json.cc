#include "crema/formats/json.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace crema::formats {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxDepth = 1000;

// How many bytes of `text` are one well-formed UTF-8 character; 0: none.
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80U) return 1;
  const std::size_t size = first >= 0xF0U ? 4 : first >= 0xE0U ? 3 : 2;
  if (first < 0xC2U || first > 0xF4U || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  }
  // Overlong forms, surrogates, and what lies beyond Unicode.
  if ((first == 0xE0U && byte(1) < 0xA0U) || (first == 0xEDU && byte(1) > 0x9FU)) return 0;
  if ((first == 0xF0U && byte(1) < 0x90U) || (first == 0xF4U && byte(1) > 0x8FU)) return 0;
  return size;
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  constexpr std::array<std::pair<char, char>, 7> kShort = {
      {{'"', '"'}, {'\\', '\\'}, {'\n', 'n'}, {'\r', 'r'}, {'\t', 't'}, {'\b', 'b'}, {'\f', 'f'}}};
  for (const auto& [character, letter] : kShort) {
    if (c != character) continue;
    out += {'\\', letter};
    return;
  }
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x20U && byte != 0x7FU) {
    out.push_back(c);
  } else {
    out += {'\\', 'u', '0', '0', kHex[byte >> 4U], kHex[byte & 0xFU]};
  }
}

// The shortest digits that read back as the same number, and the power of ten of the first.
struct Digits {
  std::string text;
  int exponent = 0;
};

Digits digits_of(double number) {
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                                          std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const auto e = text.find('e');
  Digits digits;
  for (const char c : text.substr(0, e)) {
    if (c != '.') digits.text.push_back(c);
  }
  auto power = text.substr(e + 1);
  if (power.front() == '+') power.remove_prefix(1);
  std::from_chars(power.data(), power.data() + power.size(), digits.exponent);
  return digits;
}

class Writer {
 public:
  explicit Writer(JsonLayout layout) : pretty_(layout == JsonLayout::pretty) {}

  std::string write(const Json& value) {
    add(value);
    return std::move(out_);
  }

 private:
  void add(const Json& value) {
    switch (value.type()) {
      case Json::value_t::string:
        out_ += json_string(value.get_ref<const std::string&>());
        break;
      case Json::value_t::number_float:
        out_ += json_number(value.get<double>());
        break;
      case Json::value_t::array:
        open('[');
        for (const Json& item : value) {
          separate();
          add(item);
        }
        close(']');
        break;
      case Json::value_t::object:
        open('{');
        for (const auto& [key, member] : value.items()) {
          separate();
          out_ += json_string(key);
          out_ += pretty_ ? ": " : ":";
          add(member);
        }
        close('}');
        break;
      default:
        out_ += value.dump();
    }
  }

  void open(char bracket) {
    out_.push_back(bracket);
    ++depth_;
    first_ = true;
  }

  void separate() {
    if (!first_) out_.push_back(',');
    first_ = false;
    new_line();
  }

  void close(char bracket) {
    --depth_;
    if (!first_) new_line();
    first_ = false;
    out_.push_back(bracket);
  }

  void new_line() {
    if (pretty_) out_ += "\n" + std::string(2 * depth_, ' ');
  }

  bool pretty_;
  bool first_ = true;
  std::size_t depth_ = 0;
  std::string out_;
};

Diagnostic error_at(const SourcePtr& source, std::size_t offset, std::string message) {
  const auto before = source->text().substr(0, std::min(offset, source->text().size()));
  const auto line = std::count(before.begin(), before.end(), '\n');
  const auto start = before.find_last_of('\n') + 1;
  const auto characters =
      std::count_if(before.begin() + static_cast<std::ptrdiff_t>(start), before.end(),
                    [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
  return make_error(
      "json/syntax", std::move(message),
      {source, static_cast<std::uint32_t>(line) + 1, static_cast<std::uint32_t>(characters) + 1});
}

}  // namespace

std::string json_string(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    if (size == 0) {
      out += "\xEF\xBF\xBD";
    } else if (size == 1) {
      append_escaped(out, text.front());
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return out + "\"";
}

std::string json_number(double number) {
  if (!std::isfinite(number)) return "null";
  if (number == 0) return "0";
  const Digits digits = digits_of(std::abs(number));
  const int count = static_cast<int>(digits.text.size());
  const int point = digits.exponent + 1;  // digits before the decimal point
  std::string text = number < 0 ? "-" : "";
  if (count <= point && point <= 21) {
    text += digits.text + std::string(static_cast<std::size_t>(point - count), '0');
  } else if (0 < point && point <= 21) {
    text += digits.text.substr(0, static_cast<std::size_t>(point)) + "." +
            digits.text.substr(static_cast<std::size_t>(point));
  } else if (-6 < point && point <= 0) {
    text += "0." + std::string(static_cast<std::size_t>(-point), '0') + digits.text;
  } else {
    text += digits.text.substr(0, 1);
    if (count > 1) text += "." + digits.text.substr(1);
    text += (digits.exponent < 0 ? "e-" : "e+") + std::to_string(std::abs(digits.exponent));
  }
  return text;
}

std::string json_text(const Json& value, JsonLayout layout) { return Writer(layout).write(value); }

Result<Json> parse_json(const SourcePtr& source) {
  bool too_deep = false;
  const auto watch = [&](int depth, Json::parse_event_t, Json&) {
    too_deep = too_deep || static_cast<std::size_t>(depth) > kMaxDepth;
    return !too_deep;
  };
  try {
    Json value = Json::parse(source->text(), watch);
    if (too_deep) return fail(error_at(source, 0, "the document is nested too deeply"));
    return value;
  } catch (const Json::parse_error& error) {
    std::string message = error.what();
    // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error ..."
    if (const auto colon = message.find(": "); colon != std::string::npos)
      message = message.substr(colon + 2);
    return fail(error_at(source, error.byte == 0 ? 0 : error.byte - 1, std::move(message)));
  } catch (const Json::out_of_range& error) {
    // "[json.exception.out_of_range.406] number overflow parsing '1e999'": without its place.
    const std::string_view message = error.what();
    const auto quote = message.find('\'');
    const auto number = quote == std::string_view::npos
                            ? ""
                            : message.substr(quote + 1, message.size() - quote - 2);
    const auto at = source->text().find(number);
    return fail(error_at(source, at == std::string_view::npos ? 0 : at,
                         "the number " + std::string(number) + " is too large"));
  }
}

}  // namespace crema::formats
