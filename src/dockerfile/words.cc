#include "words.h"

#include <algorithm>

namespace crema::dockerfile {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f';
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

std::size_t end_of_word(std::string_view text, std::size_t at, char escape) {
  char quote = '\0';
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == escape && quote != '\'') {
      ++at;
    } else if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (is_blank(c)) {
      return at;
    }
  }
  return std::min(at, text.size());
}

Word word_of(std::string_view text, std::size_t begin, std::size_t end) {
  return {.text = std::string(text.substr(begin, end - begin)), .begin = begin, .end = end};
}

// The text of a JSON string whose quote is at `at`, which is then behind its end.
class JsonReader {
 public:
  JsonReader(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  std::optional<std::vector<Word>> list() {
    std::vector<Word> words;
    if (!take('[')) return std::nullopt;
    if (take(']')) return at_end() ? std::optional(std::move(words)) : std::nullopt;
    do {
      auto word = string();
      if (!word) return std::nullopt;
      words.push_back(std::move(*word));
    } while (take(','));
    if (!take(']') || !at_end()) return std::nullopt;
    return words;
  }

 private:
  std::string_view text_;
  std::size_t at_;

  bool take(char c) {
    at_ = skip_blanks(text_, at_);
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool at_end() const { return skip_blanks(text_, at_) == text_.size(); }

  std::optional<Word> string() {
    if (!take('"')) return std::nullopt;
    Word word{.begin = at_ - 1};
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\\') {
        if (!escaped(word.text)) return std::nullopt;
      } else {
        word.text += text_[at_++];
      }
    }
    if (at_ >= text_.size()) return std::nullopt;
    word.end = ++at_;
    return word;
  }

  bool escaped(std::string& out) {
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (at_ + 1 >= text_.size()) return false;
    const auto letter = kLetters.find(text_[at_ + 1]);
    if (letter != std::string_view::npos) {
      out += kMeanings[letter];
      at_ += 2;
      return true;
    }
    if (text_[at_ + 1] != 'u' || at_ + 6 > text_.size()) return false;
    out += text_.substr(at_, 6);  // kept as it is written: nobody asks for its meaning
    at_ += 6;
    return true;
  }
};

}  // namespace

std::vector<Word> words_of(std::string_view text, std::size_t from, char escape) {
  std::vector<Word> words;
  for (auto at = skip_blanks(text, from); at < text.size(); at = skip_blanks(text, at)) {
    const auto end = end_of_word(text, at, escape);
    words.push_back(word_of(text, at, end));
    at = end;
  }
  return words;
}

std::vector<Flag> flags_of(std::string_view text, std::size_t& from, char escape) {
  std::vector<Flag> flags;
  for (;;) {
    from = skip_blanks(text, from);
    if (!text.substr(from).starts_with("--")) return flags;
    const auto end = end_of_word(text, from, escape);
    const auto word = text.substr(from + 2, end - from - 2);
    const auto begin = from;
    from = end;
    if (word.empty()) return flags;
    const auto equals = std::min(word.find('='), word.size());
    auto value = word.substr(std::min(equals + 1, word.size()));
    if (value.size() > 1 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    flags.push_back({.name = std::string(word.substr(0, equals)),
                     .value = std::string(value),
                     .begin = begin,
                     .end = end});
  }
}

std::vector<Setting> settings_of(std::string_view text, std::size_t from, char escape) {
  const auto words = words_of(text, from, escape);
  std::vector<Setting> settings;
  if (words.empty()) return settings;
  if (words.front().text.find('=') == std::string::npos) {
    Setting setting{.key = words.front()};
    auto rest = rest_of(text, words.front().end);
    if (!rest.text.empty()) setting.value = std::move(rest);
    settings.push_back(std::move(setting));
    return settings;
  }
  for (const auto& word : words) {
    const auto equals = std::min(word.text.find('='), word.text.size());
    Setting setting{.key = word_of(text, word.begin, word.begin + equals)};
    if (equals < word.text.size()) setting.value = word_of(text, word.begin + equals + 1, word.end);
    settings.push_back(std::move(setting));
  }
  return settings;
}

std::optional<std::vector<Word>> exec_form_of(std::string_view text, std::size_t from) {
  return JsonReader(text, from).list();
}

Word rest_of(std::string_view text, std::size_t from) {
  const auto begin = skip_blanks(text, from);
  auto end = text.size();
  while (end > begin && is_blank(text[end - 1])) --end;
  return word_of(text, begin, end);
}

}  // namespace crema::dockerfile
