#include "json_place.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <string_view>

namespace crema::load {
namespace {

// Moves over well-formed JSON; deep nesting costs no stack.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) { skip_blanks(); }

  std::size_t at() const { return at_; }

  // From an object to the value of its member; the last one of that name, as parsers have it.
  bool enter(const std::string& name) {
    if (peek() != '{') return false;
    std::optional<std::size_t> found;
    const std::size_t start = at_;
    step();
    while (peek() == '"') {
      const std::string_view key = take_value();
      step();  // over the colon
      if (is_name(key, name)) found = at_;
      take_value();
      if (peek() == ',') step();
    }
    at_ = found.value_or(start);
    return found.has_value();
  }

  bool enter(std::size_t index) {
    if (peek() != '[') return false;
    const std::size_t start = at_;
    step();
    for (; index > 0 && peek() != ']' && at_ < text_.size(); --index) {
      take_value();
      if (peek() == ',') step();
    }
    if (index == 0 && at_ < text_.size() && peek() != ']') return true;
    at_ = start;
    return false;
  }

  // The text of the value here, after which the scanner stands.
  std::string_view take_value() {
    const std::size_t start = at_;
    std::size_t end = start;
    std::size_t depth = 0;
    do {
      const char c = peek();
      if (c == '"') {
        skip_string();
      } else if (c == '{' || c == '[') {
        ++depth;
        ++at_;
      } else if (c == '}' || c == ']') {
        --depth;
        ++at_;
      } else {
        at_ = std::min(text_.find_first_of(",:]}[{\" \t\r\n", at_ + 1), text_.size());
      }
      end = at_;
      skip_blanks();
    } while (depth > 0 && at_ < text_.size());
    return text_.substr(start, end - start);
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void step() {
    ++at_;
    skip_blanks();
  }

  void skip_blanks() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

  void skip_string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    at_ = std::min(at_ + 1, text_.size());
  }

  static bool is_name(std::string_view key, const std::string& name) {
    if (key.find('\\') == std::string_view::npos) return key.substr(1, key.size() - 2) == name;
    const auto value = nlohmann::json::parse(key, nullptr, false);
    return value.is_string() && value.get_ref<const std::string&>() == name;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::uint32_t characters(std::string_view text) {
  return static_cast<std::uint32_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

}  // namespace

Span json_place(const SourcePtr& source, std::span<const JsonStep> path) {
  if (source == nullptr) return {};
  Scanner scanner(source->text());
  for (const JsonStep& step : path) {
    if (!std::visit([&](const auto& key) { return scanner.enter(key); }, step)) break;
  }
  const auto before = source->text().substr(0, scanner.at());
  const auto line = std::count(before.begin(), before.end(), '\n');
  const auto start = before.find_last_of('\n') + 1;
  const std::uint32_t column = characters(before.substr(start)) + 1;
  const auto value = scanner.take_value();
  Span span{source, static_cast<std::uint32_t>(line) + 1, column};
  if (value.find('\n') == std::string_view::npos) span.end_column = column + characters(value);
  return span;
}

}  // namespace crema::load
