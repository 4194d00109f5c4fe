#include "crema/scan/secrets/secret_scanner.h"

#include "crema/base/hash.h"
#include "crema/scan/secrets/secret_match.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace crema::scan {
namespace {

// Changed with what look_at answers for the same rules.
constexpr std::string_view kMethod = "1";
// A text has no zero bytes; what is beyond is not looked through for them.
constexpr std::size_t kLookedThrough = 8192;

bool is_binary(std::string_view text) {
  return text.substr(0, kLookedThrough).find('\0') != std::string_view::npos;
}

// What nobody can guess the secret from.
std::string shape_of(const SecretMatch& match) {
  struct Kind {
    char name;
    bool (*holds)(char c);
  };
  constexpr Kind kKinds[] = {{'a', [](char c) { return c >= 'a' && c <= 'z'; }},
                             {'A', [](char c) { return c >= 'A' && c <= 'Z'; }},
                             {'0', [](char c) { return c >= '0' && c <= '9'; }}};
  std::string kinds;
  for (const auto& [name, holds] : kKinds)
    if (std::ranges::any_of(match.secret, holds)) kinds += name;
  return fmt::format("{}:{}:{:.0f}", match.secret.size(), kinds, match.entropy);
}

class Places {
 public:
  explicit Places(std::string_view text) : text_(text) {}

  // Line and column, from 1, of an offset that is not before the last one asked for.
  std::pair<std::uint32_t, std::uint32_t> of(std::size_t offset) {
    for (; at_ < offset; ++at_) {
      if (text_[at_] != '\n') continue;
      ++line_;
      line_begin_ = at_ + 1;
    }
    return {line_, static_cast<std::uint32_t>(offset - line_begin_ + 1)};
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_begin_ = 0;
  std::uint32_t line_ = 1;
};

}  // namespace

SecretScanner::SecretScanner(SecretSettings settings) : settings_(std::move(settings)) {
  std::map<std::string, std::size_t> index;
  for (const auto& rule : settings_.rules->rules) {
    if (rule.keywords.empty()) always_.push_back(&rule);
    for (const auto& word : rule.keywords) {
      const auto [place, fresh] = index.try_emplace(word, keywords_.size());
      if (fresh) {
        keywords_.push_back(word);
        wanting_.emplace_back();
      }
      auto& rules = wanting_[place->second];
      if (rules.empty() || rules.back() != &rule) rules.push_back(&rule);
    }
  }
}

std::string SecretScanner::version() const {
  return sha256_hex(std::string(kMethod) + settings_.rules_version + settings_.key).substr(0, 16);
}

std::vector<Literal> SecretScanner::literals() const {
  std::vector<Literal> all;
  for (const auto& word : keywords_) all.push_back({.text = word, .any_case = true});
  return all;
}

// In the order of the rules.
std::vector<const SecretRule*> SecretScanner::candidates(
    std::span<const std::uint32_t> literals) const {
  std::vector<const SecretRule*> rules = always_;
  for (const auto literal : literals)
    rules.insert(rules.end(), wanting_[literal].begin(), wanting_[literal].end());
  std::ranges::sort(rules);
  const auto again = std::ranges::unique(rules);
  rules.erase(again.begin(), again.end());
  return rules;
}

FileAnswer SecretScanner::look_at(const FileView& view) const {
  FileAnswer answer;
  if (is_binary(view.text)) return answer;
  const auto rules = candidates(view.literals);
  auto matches = find_secrets(view.file.path, view.text, *settings_.rules, rules);
  drop_generic(view.text, matches);
  std::ranges::sort(matches, {}, [](const SecretMatch& match) {
    return std::tuple(match.begin, match.end, std::string_view(match.rule->id));
  });
  Places places(view.text);
  for (const auto& match : matches) {
    const auto [line, column] = places.of(match.begin);
    const auto end =
        Places(std::string_view(view.text).substr(match.begin)).of(match.end - match.begin);
    auto content =
        settings_.key.empty() ? shape_of(match) : keyed_hash(settings_.key, match.secret);
    evidence::Finding finding{
        .rule = match.rule->id,
        .rule_name = match.rule->description,
        .aliases = {"CWE-798"},
        .family = "secrets",
        .severity = match.rule->severity,
        .scanner = "crema",
        .message = match.secret.empty()
                       ? match.rule->description
                       : fmt::format("{} ({} characters, entropy {:.1f})", match.rule->description,
                                     match.secret.size(), match.entropy),
        .locations = {{.path = view.file.path,
                       .line = line,
                       .column = column,
                       .end_line = line + end.first - 1,
                       .end_column = end.first == 1 ? column + end.second - 1 : end.second}},
        .incident = settings_.key.empty() ? "" : "secret:" + content};
    answer.found.push_back({.finding = std::move(finding), .content = std::move(content)});
  }
  return answer;
}

}  // namespace crema::scan
