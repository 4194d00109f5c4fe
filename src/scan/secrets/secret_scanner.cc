#include "crema/scan/secrets/secret_scanner.h"

#include "keyword_index.h"

#include "crema/base/hash.h"
#include "crema/scan/secrets/secret_match.h"
#include "crema/scan/secrets/secret_pages.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <deque>
#include <map>
#include <span>
#include <tuple>
#include <utility>

namespace crema::scan {
namespace {

// Changed with what look_at answers for the same rules.
constexpr std::string_view kMethod = "2";
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

// So much of it that whoever knows the secret knows it again, and nobody else learns it: of what is
// long and looks generated the start, which names its kind more often than not.
std::string redacted(std::string_view secret) {
  constexpr std::size_t kLongEnough = 24;
  constexpr std::size_t kShown = 4;
  const auto start = secret.substr(0, kShown);
  const bool plain = std::ranges::all_of(start, [](char c) { return c > ' ' && c < 0x7f; });
  if (secret.size() < kLongEnough || !plain || !looks_random(secret)) return "";
  return fmt::format("{}…, ", start);
}

std::string message_of(const SecretMatch& match) {
  auto text = match.rule->description;
  if (!match.name.empty()) text += fmt::format(": `{}`", match.name);
  if (match.secret.empty()) return text;
  const auto encoded = match.encodings.empty() ? "" : ", in " + match.encodings;
  return fmt::format("{} ({}{} characters, entropy {:.1f}{})", text, redacted(match.secret),
                     match.secret.size(), match.entropy, encoded);
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

// In the order of their places, and without those that lie within another one of the same rule: two
// expressions of a page, or two passes, may see the same.
void drop_repeated(std::vector<SecretMatch>& matches) {
  std::ranges::sort(matches, [](const SecretMatch& a, const SecretMatch& b) {
    return std::tuple(a.begin, b.end, std::string_view(a.rule->id)) <
           std::tuple(b.begin, a.end, std::string_view(b.rule->id));
  });
  std::vector<SecretMatch> kept;
  std::map<std::string_view, std::size_t> last;  // by rule, its place in `kept`
  for (auto& match : matches) {
    const auto [found, fresh] = last.try_emplace(match.rule->id, kept.size());
    if (!fresh) {
      const auto& before = kept[found->second];
      if (match.end <= before.end && before.match.find(match.secret) != std::string::npos) continue;
      found->second = kept.size();
    }
    kept.push_back(std::move(match));
  }
  matches = std::move(kept);
}

void say_what_is_not_seen(const FileView& view, std::span<const RuleSearch> rules,
                          std::size_t matches, FileAnswer& answer) {
  if (matches >= kMostSecretMatches)
    answer.not_scanned.push_back(
        {view.file.path, "secrets/too-many",
         fmt::format("there are more than {} secrets in it", kMostSecretMatches)});
  const bool manifest = std::ranges::any_of(rules, [&](const RuleSearch& search) {
    return search.rule->kubernetes && RE2::PartialMatch(view.file.path, *search.rule->path);
  });
  if (manifest && view.text.size() > kLargestManifest)
    answer.not_scanned.push_back(
        {view.file.path, "secrets/too-large",
         fmt::format("values of Kubernetes Secrets are looked for in files of up to {} bytes",
                     kLargestManifest)});
}

}  // namespace

SecretScanner::SecretScanner(SecretSettings settings)
    : settings_(std::move(settings)),
      index_(std::make_unique<const KeywordIndex>(*settings_.rules)) {}

SecretScanner::~SecretScanner() = default;

std::string SecretScanner::version() const {
  return sha256_hex(fmt::format("{} {} {} {}", kMethod, settings_.decode_depth,
                                settings_.rules_version, settings_.key))
      .substr(0, 16);
}

std::vector<Literal> SecretScanner::literals() const { return index_->literals(); }

void SecretScanner::look_at_decoded(const FileView& view, std::vector<SecretMatch>& matches) const {
  if (allows_all_of(view.file.path, *settings_.rules)) return;
  std::deque<DecodedText> passes;
  for (std::size_t depth = 0; depth < settings_.decode_depth; ++depth) {
    auto decoded = passes.empty() ? DecodedText::first(view.text) : passes.back().next();
    if (!decoded) return;
    passes.push_back(std::move(*decoded));
    const auto rules = index_->of_decoded(passes.back());
    std::ranges::move(
        find_decoded_secrets(view.file.path, view.text, passes.back(), *settings_.rules, rules),
        std::back_inserter(matches));
  }
}

Found SecretScanner::found_of(const SecretMatch& match, std::string_view path) const {
  auto content = settings_.key.empty() ? shape_of(match) : keyed_hash(settings_.key, match.secret);
  evidence::Finding finding{.rule = match.rule->id,
                            .rule_name = match.rule->description,
                            .aliases = match.rule->aliases,
                            .family = "secrets",
                            .severity = match.rule->severity,
                            .scanner = "crema",
                            .message = message_of(match),
                            .fix = {.text = match.rule->fix},
                            .help_uri = match.rule->help_uri,
                            .locations = {{.path = std::string(path)}},
                            .incident = settings_.key.empty() ? "" : "secret:" + content};
  if (finding.aliases.empty()) finding.aliases = {"CWE-798"};
  return {.finding = std::move(finding), .content = std::move(content)};
}

FileAnswer SecretScanner::look_at(const FileView& view) const {
  FileAnswer answer;
  const bool binary = is_binary(view.text);
  // Of a binary file only the path tells.
  const auto text = binary ? std::string_view() : view.text;
  const auto rules = binary ? index_->without_text() : index_->of_text(view.text, view.literals);
  auto matches = find_secrets(view.file.path, text, *settings_.rules, rules);
  if (!binary) look_at_decoded(view, matches);
  say_what_is_not_seen(view, rules, matches.size(), answer);
  drop_generic(text, matches);
  drop_repeated(matches);
  Places places(text);
  for (const auto& match : matches) {
    const auto [line, column] = places.of(match.begin);
    const auto end = Places(text.substr(match.begin)).of(match.end - match.begin);
    auto found = found_of(match, view.file.path);
    auto& place = found.finding.locations.front();
    place.line = line;
    place.column = column;
    place.end_line = line + end.first - 1;
    place.end_column = end.first == 1 ? column + end.second - 1 : end.second;
    answer.found.push_back(std::move(found));
  }
  return answer;
}

namespace {

// What a configuration looks for, as rules that can be listed and chosen. One that is not chosen
// stays for those that require it.
std::vector<Rule> choose_rules(SecretRules& rules, std::span<const Rule> pages,
                               const RuleSelection& selection) {
  std::vector<Rule> listed;
  for (auto& rule : rules.rules) {
    const auto page = std::ranges::find(pages, rule.id, &Rule::id);
    auto one = page != pages.end() ? *page
                                   : Rule{.id = rule.id,
                                          .title = rule.description,
                                          .severity = rule.severity,
                                          .aliases = rule.aliases};
    if (!selection.takes(one)) rule.skip_report = true;
    listed.push_back(std::move(one));
  }
  return listed;
}

}  // namespace

Result<SecretScan> make_secret_scanner(SecretScanSettings settings) {
  SecretScan scan;
  auto pages = CREMA_TRY(parse_rules(secret_rule_pages()));
  auto rules = CREMA_TRY(secret_rules_of(pages, settings.selection, false));
  auto own = CREMA_TRY(secret_rules_of(settings.own_rules, settings.selection, true));
  if (settings.gitleaks_config != nullptr) {
    auto config = CREMA_TRY(parse_gitleaks_config(settings.gitleaks_config,
                                                  {.read = settings.read, .defaults = &rules}));
    rules = std::move(config.rules);
    scan.warnings = std::move(config.warnings);
    pages = choose_rules(rules, pages, settings.selection);
  }
  std::ranges::move(own.rules, std::back_inserter(rules.rules));
  for (auto& page : settings.own_rules) pages.push_back(std::move(page));
  auto version = rules.digest();
  scan.scanner = std::make_unique<SecretScanner>(
      SecretSettings{.rules = std::make_shared<const SecretRules>(std::move(rules)),
                     .rules_version = std::move(version),
                     .key = std::move(settings.key),
                     .decode_depth = settings.decode_depth,
                     .pages = std::move(pages)});
  return scan;
}

}  // namespace crema::scan
