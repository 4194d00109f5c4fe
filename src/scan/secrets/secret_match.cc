#include "crema/scan/secrets/secret_match.h"

#include "crema/base/strings.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <span>
#include <utility>

namespace crema::scan {
namespace {

constexpr std::string_view kAllow = "gitleaks:allow";

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

bool any_matches(const std::vector<Expression>& expressions, std::string_view text) {
  return !text.empty() && std::ranges::any_of(expressions, [&](const auto& one) {
    return RE2::PartialMatch(piece(text), *one);
  });
}

// The lines a match is on, whole; of a line of megabytes only its surroundings, as it is looked at
// again for each match on it.
std::string_view lines_around(std::string_view text, std::size_t begin, std::size_t end) {
  constexpr std::size_t kFarthest = std::size_t{16} << 10U;
  const auto first = begin - std::min(begin, kFarthest);
  const auto before = text.substr(first, begin - first).rfind('\n');
  const auto from = before == std::string_view::npos ? first : first + before + 1;
  const auto after = text.substr(end, kFarthest);
  const auto to = end + std::min(after.find('\n'), after.size());
  return text.substr(from, to - from);
}

// By the path alone, before the text is looked at.
bool allows_path(const std::vector<Allowlist>& lists, std::string_view path) {
  return std::ranges::any_of(lists, [&](const Allowlist& list) {
    if (!list.all_must_hold) return any_matches(list.paths, path);
    if (!list.expressions.empty() || !list.stop_words.empty()) return false;  // asked later
    return list.commits.empty() && any_matches(list.paths, path);
  });
}

bool has_stop_word(const Allowlist& list, std::string_view lower_secret) {
  return std::ranges::any_of(list.stop_words, [&](const auto& word) {
    return lower_secret.find(word) != std::string_view::npos;
  });
}

bool allows(const Allowlist& list, std::string_view path, const SecretMatch& match,
            std::string_view line, std::string_view lower_secret) {
  const auto target = list.target == Allowlist::Target::line    ? line
                      : list.target == Allowlist::Target::match ? std::string_view(match.match)
                                                                : std::string_view(match.secret);
  const bool by_expression = any_matches(list.expressions, target);
  const bool by_word = has_stop_word(list, lower_secret);
  if (!list.all_must_hold) return by_expression || by_word;
  // There is no commit in a tree.
  return list.commits.empty() && (list.paths.empty() || any_matches(list.paths, path)) &&
         (list.expressions.empty() || by_expression) && (list.stop_words.empty() || by_word);
}

// gitleaks looks for the groups in the match alone, without what stood around it.
std::string secret_of(const SecretRule& rule, std::string_view match) {
  const auto groups = static_cast<std::size_t>(rule.expression->NumberOfCapturingGroups());
  if (groups == 0) return std::string(match);
  std::vector<re2::StringPiece> found(groups + 1);
  if (!rule.expression->Match(piece(match), 0, match.size(), RE2::UNANCHORED, found.data(),
                              static_cast<int>(found.size())))
    return std::string(match);
  if (rule.group > 0) return std::string(found[rule.group]);
  const auto first =
      std::find_if(found.begin() + 1, found.end(), [](const auto& one) { return !one.empty(); });
  return first == found.end() ? std::string(match) : std::string(*first);
}

// What a match of a rule for names begins with.
std::string name_at_start(std::string_view match) {
  constexpr std::string_view kOfNames =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
  return std::string(match.substr(0, match.find_first_not_of(kOfNames)));
}

bool is_encoded_text(std::string_view secret) {
  const auto decoded = decode_base64(secret);
  return decoded && std::ranges::all_of(*decoded, [](unsigned char c) {
           return (c >= ' ' && c < 0x7f) || c == '\n' || c == '\t' || c == '\r';
         });
}

class Finder {
 public:
  // `decoded` where it is that text which is looked through in the place of the file's.
  Finder(std::string_view path, std::string_view file_text, const SecretRules& all,
         const DecodedText* decoded = nullptr)
      : path_(path),
        file_text_(file_text),
        text_(decoded == nullptr ? file_text : std::string_view(decoded->text())),
        all_(all),
        decoded_(decoded) {}

  std::vector<SecretMatch> of_rule(const SecretRule& rule, bool as_companion,
                                   std::span<const TextRange> ranges = {}) {
    std::vector<SecretMatch> found;
    if ((rule.skip_report && !as_companion) || allows_path(rule.allowlists, path_)) return found;
    if (rule.path && !RE2::PartialMatch(piece(path_), *rule.path)) return found;
    if (rule.kubernetes) {
      if (decoded_ == nullptr) add_kubernetes(rule, found);
      return found;
    }
    if (!rule.expression) {
      if (decoded_ == nullptr) found.push_back({.rule = &rule});
      return found;
    }
    const TextRange everywhere{0, text_.size()};
    if (ranges.empty()) ranges = {&everywhere, 1};
    std::size_t at = 0;
    re2::StringPiece whole;
    for (const auto& range : ranges) {
      at = std::max(at, range.begin);
      while (at <= range.end && found.size() < kMostSecretMatches &&
             rule.expression->Match(piece(text_), at, range.end, RE2::UNANCHORED, &whole, 1)) {
        const auto begin = static_cast<std::size_t>(whole.data() - text_.data());
        at = std::max(begin + whole.size(), at + 1);
        add(rule, begin, {whole.data(), whole.size()}, found);
      }
    }
    if (as_companion || rule.required.empty() || found.empty()) return found;
    return with_companions(rule, std::move(found));
  }

 private:
  std::string_view path_;
  std::string_view file_text_;
  std::string_view text_;  // what is looked through
  const SecretRules& all_;
  const DecodedText* decoded_;

  void add_kubernetes(const SecretRule& rule, std::vector<SecretMatch>& found) const {
    for (auto& value : kubernetes_secret_values(text_)) {
      const auto line = lines_around(text_, value.place.begin, value.place.end);
      if (line.find(kAllow) != std::string_view::npos) continue;
      SecretMatch one{.rule = &rule,
                      .begin = value.place.begin,
                      .end = value.place.end,
                      .match = value.key + ": " + value.value,
                      .secret = std::move(value.value),
                      .name = std::move(value.key)};
      one.entropy = entropy_of(one.secret);
      if (!is_allowed(rule, one, line)) found.push_back(std::move(one));
    }
  }

  bool is_allowed(const SecretRule& rule, const SecretMatch& one, std::string_view line) const {
    if (rule.entropy != 0 && one.entropy <= rule.entropy) return true;
    if (rule.random && !looks_random(one.secret)) return true;
    // Encoded text is judged by what it says, in the next pass.
    if (rule.generic && is_encoded_text(one.secret)) return true;
    const auto lower = to_lower(one.secret);
    for (const auto* lists : {&all_.allowlists, &rule.allowlists})
      for (const auto& list : *lists)
        if (allows(list, path_, one, line, lower)) return true;
    return false;
  }

  void add(const SecretRule& rule, std::size_t begin, std::string_view whole,
           std::vector<SecretMatch>& found) const {
    // Only the text is cut on both sides, as there.
    auto match = whole;
    while (match.starts_with('\n')) match.remove_prefix(1);
    while (match.ends_with('\n')) match.remove_suffix(1);
    TextRange place{begin, begin + match.size()};
    std::string encodings;
    std::string_view decoded_line;
    if (decoded_ != nullptr) {
      const TextRange found_at{begin, begin + whole.size()};
      if (!decoded_->touches(found_at)) return;  // it was found in the text before
      encodings = decoded_->encodings_of(found_at);
      decoded_line = decoded_->lines_of(found_at);
      place = decoded_->original_of(found_at);
      place.end = std::min(place.end, file_text_.size());
      place.begin = std::min(place.begin, place.end);
    }
    const auto line = lines_around(file_text_, place.begin, place.end);
    if (line.find(kAllow) != std::string_view::npos) return;
    SecretMatch one{.rule = &rule,
                    .begin = place.begin,
                    .end = place.end,
                    .match = std::string(match),
                    .secret = secret_of(rule, match),
                    .encodings = std::move(encodings)};
    one.entropy = entropy_of(one.secret);
    if (rule.generic) one.name = name_at_start(one.match);
    if (!is_allowed(rule, one, decoded_ != nullptr ? decoded_line : line))
      found.push_back(std::move(one));
  }

  std::pair<std::int64_t, std::int64_t> place_of(const SecretMatch& match) const {
    const auto before = file_text_.substr(0, match.begin);
    const auto line = std::ranges::count(before, '\n');
    const auto column = before.size() - (before.rfind('\n') + 1);  // npos + 1 is 0
    return {line, static_cast<std::int64_t>(column)};
  }

  bool near(const SecretMatch& match, const SecretMatch& companion, const RequiredRule& how) const {
    const auto [line, column] = place_of(match);
    const auto [other_line, other_column] = place_of(companion);
    return (!how.within_lines || std::abs(line - other_line) <= *how.within_lines) &&
           (!how.within_columns || std::abs(column - other_column) <= *how.within_columns);
  }

  std::vector<SecretMatch> with_companions(const SecretRule& rule, std::vector<SecretMatch> found) {
    std::vector<std::vector<SecretMatch>> companions;
    for (const auto& required : rule.required) {
      const auto* other = all_.find(required.id);
      companions.push_back(other == nullptr ? std::vector<SecretMatch>() : of_rule(*other, true));
    }
    std::erase_if(found, [&](SecretMatch& match) {
      for (std::size_t i = 0; i < companions.size(); ++i) {
        const auto before = match.companions.size();
        for (const auto& one : companions[i])
          if (near(match, one, rule.required[i])) match.companions.push_back(one);
        if (match.companions.size() == before) return true;
      }
      return false;
    });
    return found;
  }
};

bool is_generic(const SecretRule& rule) {
  return rule.generic || to_lower(rule.id).find("generic") != std::string::npos;
}

}  // namespace

std::vector<SecretMatch> find_secrets(std::string_view path, std::string_view text,
                                      const SecretRules& all, std::span<const RuleSearch> rules) {
  std::vector<SecretMatch> matches;
  if (allows_path(all.allowlists, path)) return matches;
  Finder finder(path, text, all);
  for (const auto& [rule, ranges] : rules)
    std::ranges::move(finder.of_rule(*rule, false, ranges), std::back_inserter(matches));
  return matches;
}

std::vector<SecretMatch> find_decoded_secrets(std::string_view path, std::string_view text,
                                              const DecodedText& decoded, const SecretRules& all,
                                              std::span<const RuleSearch> rules) {
  std::vector<SecretMatch> matches;
  if (allows_path(all.allowlists, path)) return matches;
  Finder finder(path, text, all, &decoded);
  for (const auto& [rule, ranges] : rules)
    std::ranges::move(finder.of_rule(*rule, false, ranges), std::back_inserter(matches));
  return matches;
}

bool allows_all_of(std::string_view path, const SecretRules& all) {
  return allows_path(all.allowlists, path);
}

void drop_generic(std::string_view text, std::vector<SecretMatch>& matches) {
  constexpr std::size_t kMostOnALine = 256;
  std::vector<std::pair<std::size_t, std::size_t>> places;  // begin, number
  for (std::size_t i = 0; i < matches.size(); ++i) places.emplace_back(matches[i].begin, i);
  std::ranges::sort(places);
  std::vector<std::size_t> line_of(matches.size());
  std::map<std::size_t, std::vector<const SecretMatch*>> special;  // by line
  std::size_t at = 0;
  std::size_t line = 0;
  for (const auto& [begin, number] : places) {
    line += static_cast<std::size_t>(std::ranges::count(text.substr(at, begin - at), '\n'));
    at = begin;
    line_of[number] = line;
    if (is_generic(*matches[number].rule)) continue;
    auto& on_line = special[line];
    if (on_line.size() < kMostOnALine) on_line.push_back(&matches[number]);
  }
  std::vector<bool> drop(matches.size());
  for (std::size_t i = 0; i < matches.size(); ++i) {
    const auto found = special.find(line_of[i]);
    drop[i] = is_generic(*matches[i].rule) && found != special.end() &&
              std::ranges::any_of(found->second, [&](const SecretMatch* other) {
                return other->secret.find(matches[i].secret) != std::string::npos;
              });
  }
  std::size_t number = 0;
  std::erase_if(matches, [&](const SecretMatch&) { return drop[number++]; });
}

}  // namespace crema::scan
