// Secrets in a text, by rules: where, and which. Nothing here decides what may be shown of one.
#pragma once

#include "crema/scan/secrets/decoding.h"
#include "crema/scan/secrets/secret_rules.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

struct SecretMatch {
  const SecretRule* rule = nullptr;
  std::size_t begin = 0;  // of the match, in the text
  std::size_t end = 0;
  std::string match;
  std::string secret;  // "" for a rule of paths
  double entropy = 0;
  std::string name;                     // what it is called where it stands
  std::string encodings;                // "base64" where it stood encoded; `match` is decoded
  std::vector<SecretMatch> companions;  // of required rules
};

// Shannon's, in bits a character, over the bytes.
double entropy_of(std::string_view text);

// Of one text no more matches are looked for than these; who gets so many has not seen all.
constexpr std::size_t kMostSecretMatches = 10'000;
// A larger text is not looked through for values of Kubernetes Secrets: its lines are kept.
constexpr std::size_t kLargestManifest = std::size_t{4} << 20U;

// Whether a text may be a generated secret rather than a name, a sentence or a place-holder: it has
// letters and digits, no counted or repeated characters, and few of the pairs of letters that words
// are made of.
bool looks_random(std::string_view text);

// A rule, and where in a text it may match; everywhere where there are no ranges.
struct RuleSearch {
  const SecretRule* rule = nullptr;
  std::vector<TextRange> ranges;  // ascending, not overlapping
};

// As gitleaks' detectRule: matches from left to right, without those that are allowed, whose
// entropy is too low or whose line says `gitleaks:allow`. `rules` are those whose keywords are
// there.
std::vector<SecretMatch> find_secrets(std::string_view path, std::string_view text,
                                      const SecretRules& all, std::span<const RuleSearch> rules);

// The same in a text that was decoded from `text`: only what was decoded counts, and is placed
// where it stands in `text`.
std::vector<SecretMatch> find_decoded_secrets(std::string_view path, std::string_view text,
                                              const DecodedText& decoded, const SecretRules& all,
                                              std::span<const RuleSearch> rules);

// Whether nothing in a file with such a path is a secret, as a list for all rules says.
bool allows_all_of(std::string_view path, const SecretRules& all);

// A value of a Kubernetes Secret in a text of YAML.
struct SecretValue {
  TextRange place;  // of the value as it is written, without quotes
  std::string key;
  std::string value;  // decoded where it stands under `data`
};
// Those of each document of kind Secret, by indentation alone, so that templates do no harm. Values
// that are empty, templates, or no base64 where they must be are left out. None of a text above
// kLargestManifest.
std::vector<SecretValue> kubernetes_secret_values(std::string_view text);

// Without those of generic rules that a special rule has found on the same line.
void drop_generic(std::string_view text, std::vector<SecretMatch>& matches);

}  // namespace crema::scan
