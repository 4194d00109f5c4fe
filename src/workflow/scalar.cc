// Source: actions/runner YamlObjectReader.
#include "scalar.h"

#include "crema/expr/value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace crema::workflow {
namespace {

using formats::YamlNode;
using formats::YamlStyle;

constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

bool digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_null(std::string_view text) { return one_of(text, {"", "null", "Null", "NULL", "~"}); }

std::optional<bool> boolean_of(std::string_view text) {
  if (one_of(text, {"true", "True", "TRUE"})) return true;
  if (one_of(text, {"false", "False", "FALSE"})) return false;
  return std::nullopt;
}

std::string_view without_sign(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  return text;
}

double decimal(std::string_view text) {
  const bool negative = text.front() == '-';
  text = without_sign(text);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  // Beyond a double's range .NET rounds to infinity; from_chars leaves the value alone.
  if (error == std::errc::result_out_of_range) {
    const auto exponent = text.find_first_of("eE");
    const bool tiny = exponent != std::string_view::npos && text[exponent + 1] == '-';
    value = tiny ? 0 : std::numeric_limits<double>::infinity();
  }
  return negative ? -value : value;
}

// 0x and 0o: 32 bits, as in .NET; `fits` tells whether the number is in range.
std::optional<double> radix_number(std::string_view text, bool& fits) {
  if (text.size() < 3 || text[0] != '0' || (text[1] != 'x' && text[1] != 'o')) return std::nullopt;
  const int base = text[1] == 'x' ? 16 : 8;
  std::uint32_t value = 0;
  const auto* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data() + 2, last, value, base);
  if (end != last || error == std::errc::invalid_argument) return std::nullopt;
  fits = error == std::errc();
  return static_cast<double>(static_cast<std::int32_t>(value));
}

std::optional<double> integer_of(std::string_view text, bool& fits) {
  if (digits(without_sign(text))) return decimal(text);
  return radix_number(text, fits);
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?, .inf and .nan
std::optional<double> float_of(std::string_view text) {
  if (one_of(text, {".nan", ".NaN", ".NAN"})) return std::numeric_limits<double>::quiet_NaN();
  if (one_of(without_sign(text), {".inf", ".Inf", ".INF"})) {
    const double infinity = std::numeric_limits<double>::infinity();
    return text.front() == '-' ? -infinity : infinity;
  }
  std::string_view rest = without_sign(text);
  const auto take_digits = [&rest] {
    const auto count = std::min(rest.find_first_not_of("0123456789"), rest.size());
    rest.remove_prefix(count);
    return count != 0;
  };
  const bool whole = take_digits();
  bool fraction = false;
  if (!rest.empty() && rest.front() == '.') {
    rest.remove_prefix(1);
    fraction = take_digits();
  }
  if (!whole && !fraction) return std::nullopt;
  if (!rest.empty() && (rest.front() == 'e' || rest.front() == 'E')) {
    rest = without_sign(rest.substr(1));
    if (!take_digits()) return std::nullopt;
  }
  if (!rest.empty()) return std::nullopt;
  return decimal(text);
}

Diagnostic wrong_tag(const YamlNode& node, const SourcePtr& source, std::string message) {
  auto error = make_error("workflow/yaml-tag", std::move(message), span_of(node, source));
  error.hint = "leave the tag out: quotes make a string, their absence a number or a boolean";
  return error;
}

std::string short_tag(std::string_view tag) {
  return "!!" + std::string(tag.substr(tag.starts_with(kTagPrefix) ? kTagPrefix.size() : 0));
}

void set_number(Token& token, double value) {
  token.kind = Token::Kind::number;
  token.number = value;
}

// A plain scalar without a tag: null, boolean, number, or else a string.
Result<> set_untagged(Token& token, const YamlNode& node, const SourcePtr& source) {
  bool fits = true;
  if (is_null(node.text)) {
    token.kind = Token::Kind::null;
  } else if (const auto boolean = boolean_of(node.text)) {
    token.kind = Token::Kind::boolean;
    token.boolean = *boolean;
  } else if (const auto integer = integer_of(node.text, fits)) {
    set_number(token, *integer);
  } else if (const auto number = float_of(node.text)) {
    set_number(token, *number);
  }
  if (!fits) {
    auto error = make_error("workflow/yaml-number", "the number `" + node.text + "` is too large",
                            span_of(node, source));
    error.hint = "quote it if it is meant as text";
    return crema::fail(std::move(error));
  }
  return {};
}

Result<> set_tagged(Token& token, const YamlNode& node, const SourcePtr& source) {
  const std::string tag = short_tag(node.tag);
  if (!one_of(tag, {"!!bool", "!!int", "!!float", "!!null"}))
    return crema::fail(wrong_tag(node, source, "the tag `" + tag + "` is not supported"));
  if (node.style != YamlStyle::plain)
    return crema::fail(wrong_tag(node, source, "quoted text cannot have the tag `" + tag + "`"));
  bool fits = true;
  std::optional<double> number;
  if (tag == "!!int") number = integer_of(node.text, fits);
  if (tag == "!!float") number = float_of(node.text);
  const auto boolean = tag == "!!bool" ? boolean_of(node.text) : std::nullopt;
  if (number && fits) {
    set_number(token, *number);
  } else if (boolean) {
    token.kind = Token::Kind::boolean;
    token.boolean = *boolean;
  } else if (tag == "!!null" && is_null(node.text)) {
    token.kind = Token::Kind::null;
  } else {
    return crema::fail(
        wrong_tag(node, source, "`" + node.text + "` is no value for `" + tag + "`"));
  }
  return {};
}

}  // namespace

Span span_of(const YamlNode& node, const SourcePtr& source) {
  return {source, node.line, node.column, node.end_column};
}

Result<Token> literal_of(const YamlNode& node, const SourcePtr& source) {
  Token token;
  token.kind = Token::Kind::string;
  token.text = node.text;
  token.span = span_of(node, source);
  if (!node.tag.empty()) {
    // "!" alone makes a string of anything.
    if (node.tag != "tag:yaml.org,2002:str" && node.tag != "!")
      CREMA_TRY(set_tagged(token, node, source));
  } else if (node.style == YamlStyle::plain) {
    CREMA_TRY(set_untagged(token, node, source));
  }
  return token;
}

Token as_string(Token literal) {
  switch (literal.kind) {
    case Token::Kind::null:
      literal.text.clear();
      break;
    case Token::Kind::boolean:
      literal.text = literal.boolean ? "true" : "false";
      break;
    case Token::Kind::number:
      literal.text = expr::number_to_text(literal.number);
      break;
    default:
      break;
  }
  literal.kind = Token::Kind::string;
  return literal;
}

}  // namespace crema::workflow
