#include "crema/dockerfile/variables.h"

#include <algorithm>

namespace crema::dockerfile {
namespace {

constexpr int kDeepest = 8;

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string_view name_at(std::string_view text) {
  return text.substr(
      0, static_cast<std::size_t>(std::ranges::find_if_not(text, is_name) - text.begin()));
}

// Behind `${` up to the bracket that closes it; everything where none does.
std::string_view in_braces(std::string_view text) {
  int depth = 1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{') ++depth;
    if (text[i] == '}' && --depth == 0) return text.substr(0, i);
  }
  return text;
}

class Expansion {
 public:
  Expansion(const Lookup* lookup, char escape) : lookup_(lookup), escape_(escape) {}

  std::string of(std::string_view word, int depth) const {
    std::string out;
    char quote = '\0';
    for (std::size_t i = 0; i < word.size();) {
      const char c = word[i];
      if (quote == '\0' && (c == '"' || c == '\'')) {
        quote = c;
        ++i;
      } else if (c == quote && quote != '\0') {
        quote = '\0';
        ++i;
      } else if (c == escape_ && quote != '\'' && i + 1 < word.size()) {
        const char escaped = word[i + 1];
        if (quote == '"' && escaped != '"' && escaped != '$' && escaped != escape_) out += c;
        out += escaped;
        i += 2;
      } else if (c == '$' && quote != '\'' && lookup_ != nullptr) {
        i += variable(word.substr(i), out, depth);
      } else {
        out += c;
        ++i;
      }
    }
    return out;
  }

 private:
  const Lookup* lookup_;
  char escape_;

  // Appends what the variable at the start of `text` stands for; how long it is.
  std::size_t variable(std::string_view text, std::string& out, int depth) const {
    if (!text.substr(1).starts_with('{')) {
      const auto name = name_at(text.substr(1));
      const auto value = name.empty() ? std::nullopt : (*lookup_)(name);
      out += value ? *value : std::string(text.substr(0, 1 + name.size()));
      return 1 + name.size();
    }
    const auto inner = in_braces(text.substr(2));
    const auto length = std::min(text.size(), inner.size() + 3);
    const auto name = name_at(inner);
    auto rest = inner.substr(name.size());
    const bool unset_only = !rest.starts_with(':');
    if (!unset_only) rest.remove_prefix(1);
    const auto value = name.empty() ? std::nullopt : (*lookup_)(name);
    const bool is_set = value && (unset_only || !value->empty());
    if (rest.starts_with('-') && !is_set && depth < kDeepest) {
      out += of(rest.substr(1), depth + 1);
    } else if (rest.starts_with('+') && depth < kDeepest) {
      if (is_set) out += of(rest.substr(1), depth + 1);
    } else if (value && (rest.empty() || rest.starts_with('-') || rest.starts_with('?'))) {
      out += *value;
    } else {
      out += text.substr(0, length);
    }
    return length;
  }
};

}  // namespace

std::string expand(std::string_view word, const Lookup& lookup, char escape) {
  return Expansion(&lookup, escape).of(word, 0);
}

std::string unquoted(std::string_view word, char escape) {
  return Expansion(nullptr, escape).of(word, 0);
}

bool has_variable(std::string_view word) {
  for (auto at = word.find('$'); at != std::string_view::npos; at = word.find('$', at + 1))
    if (at + 1 < word.size() && (word[at + 1] == '{' || is_name(word[at + 1]))) return true;
  return false;
}

}  // namespace crema::dockerfile
