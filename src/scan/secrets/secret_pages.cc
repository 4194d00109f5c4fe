#include "crema/scan/secrets/secret_pages.h"

#include "crema/base/strings.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

namespace crema::scan {
namespace {

using formats::YamlKind;
using formats::YamlNode;

// What may stand between a name and its value: the rest of the name or a type, a quote, the signs
// by which languages and formats give values, and quotes again.
constexpr std::string_view kAssigned =
    R"([\w \t.-]{0,24}["'\]]{0,3}\s{0,3}(?:=>|:{1,3}=|\?=|\+=|==?|:|>|\|\||,|\()[\s=]{0,5}["'`(]{0,3}\s{0,16})";
// What ends a value, beside the end of the text.
constexpr std::string_view kEnd = R"((?:[\s"'`;,<)\]}&|@]|\\[nrt"']|$))";

constexpr std::size_t kUsualReach = 1024;
constexpr std::size_t kReachBefore = 160;

std::string expression_near(std::string_view name, std::string_view value, bool exact) {
  return fmt::format("(?i:{}){}({}{}){}", name, kAssigned, exact ? "" : "(?i)", value, kEnd);
}

std::string expression_of_token(std::string_view token) {
  return fmt::format("\\b({}){}", token, kEnd);
}

// A value that is one class of characters, so many times at least, is a run of them. Not of a name
// with groups: the first one would be the secret.
void set_run(std::string_view name, std::string_view value, SecretRule& rule) {
  static const RE2 kGroup(R"((?:^|[^\\])\((?:[^?]|\?P?<|$))");
  static const RE2 kOneClass(R"((\[[^\^\[\]][^\[\]]*\])\{(\d{1,4}),\d*\})");
  std::string bytes;
  std::size_t least = 0;
  if (!rule.random || RE2::PartialMatch({name.data(), name.size()}, kGroup) ||
      !RE2::FullMatch({value.data(), value.size()}, kOneClass, &bytes, &least))
    return;
  RE2::Options options(RE2::Quiet);
  options.set_case_sensitive(false);
  const RE2 one(bytes, options);
  if (!one.ok()) return;
  for (unsigned c = 0; c < 0x80; ++c) {
    const auto byte = static_cast<char>(c);
    rule.run_of[c] = RE2::FullMatch({&byte, 1}, one);
  }
  // A letter beyond ASCII may be in the class, or be one of ASCII in another case.
  for (unsigned c = 0x80; c < 0x100; ++c) rule.run_of.set(c);
  rule.shortest_run = least;
}

// Reads the matches of one page.
class PageReader {
 public:
  PageReader(const Rule& page, const SourcePtr& source, bool check)
      : page_(page), source_(source), check_(check) {}

  Result<std::vector<SecretRule>> read() {
    std::vector<SecretRule> rules;
    const auto* matches = child(*page_.metadata, "matches");
    if (matches == nullptr || matches->kind != YamlKind::sequence || matches->items.empty())
      return wrong(*page_.metadata, "a rule for secrets needs `matches`");
    const auto words = CREMA_TRY(texts(*page_.metadata, "keywords"));
    for (const auto& one : matches->items) {
      auto rule = CREMA_TRY(match(*one));
      if (rule.keywords.empty()) rule.keywords = words;
      rules.push_back(std::move(rule));
    }
    return rules;
  }

 private:
  const Rule& page_;
  const SourcePtr& source_;
  bool check_;

  static const YamlNode* child(const YamlNode& node, std::string_view key) {
    for (const auto& [name, value] : node.entries)
      if (name->text == key) return value.get();
    return nullptr;
  }
  tl::unexpected<Diagnostic> wrong(const YamlNode& node, std::string message) const {
    auto error = make_error("rule/metadata", page_.id + ": " + std::move(message),
                            Span{source_, node.line, node.column});
    error.hint = "see rules/secrets/README.md for what a match may say";
    return fail(std::move(error));
  }
  static std::string text(const YamlNode& node, std::string_view key) {
    const auto* value = child(node, key);
    return value == nullptr ? "" : value->text;
  }
  static bool flag(const YamlNode& node, std::string_view key) { return text(node, key) == "true"; }
  Result<std::vector<std::string>> texts(const YamlNode& node, std::string_view key) const {
    std::vector<std::string> all;
    const auto* value = child(node, key);
    if (value == nullptr) return all;
    if (value->kind != YamlKind::sequence)
      return wrong(*value, fmt::format("`{}` must be a list", key));
    for (const auto& item : value->items) all.push_back(item->text);
    return all;
  }

  template <class Number>
  Result<> number(const YamlNode& node, std::string_view key, Number& value) const {
    const auto written = text(node, key);
    const auto* end = written.data() + written.size();
    if (!written.empty() && std::from_chars(written.data(), end, value).ptr != end)
      return wrong(node, fmt::format("`{}` must be a number", key));
    return {};
  }

  // Of a token and of what is near a name the keyword is a part; of an expression only where the
  // page says so.
  Result<> reach(const YamlNode& node, SecretRule& rule) const {
    std::size_t told = 0;
    CREMA_TRY(number(node, "reach", told));
    if (told > 0)
      rule.behind_keyword = told;
    else if (child(node, "token") != nullptr || child(node, "near") != nullptr ||
             flag(node, "local"))
      rule.behind_keyword = kUsualReach;
    if (rule.behind_keyword > 0) rule.before_keyword = kReachBefore;
    return {};
  }

  Result<Expression> compiled(std::string text, const YamlNode& node) const {
    if (text.empty()) return Expression();
    if (check_) return compile_expression(text, Span{source_, node.line, node.column});
    return Expression::later(std::move(text));
  }

  Result<> allow(const YamlNode& node, std::string_view key, Allowlist::Target target,
                 SecretRule& rule) const {
    Allowlist list{.target = target};
    for (auto& one : CREMA_TRY(texts(node, key)))
      list.expressions.push_back(CREMA_TRY(compiled(std::move(one), node)));
    if (!list.expressions.empty()) rule.allowlists.push_back(std::move(list));
    return {};
  }

  Result<SecretRule> match(const YamlNode& node) const {
    SecretRule rule{.id = page_.id,
                    .description = page_.title,
                    .severity = page_.severity,
                    .aliases = page_.aliases,
                    .fix = page_.fix,
                    .random = flag(node, "random"),
                    .kubernetes = flag(node, "kubernetes"),
                    .generic = flag(node, "generic")};
    if (const auto* is = child(node, "is")) {
      std::erase_if(rule.aliases, [](const auto& one) { return !one.starts_with("CWE-"); });
      auto names = is->kind == YamlKind::sequence ? CREMA_TRY(texts(node, "is"))
                                                  : std::vector<std::string>{is->text};
      rule.aliases.insert(rule.aliases.begin(), names.begin(), names.end());
    }
    if (!page_.references.empty()) rule.help_uri = page_.references.front();
    auto written = text(node, "expression");
    if (const auto token = text(node, "token"); !token.empty())
      written = expression_of_token(token);
    if (const auto name = text(node, "near"); !name.empty()) {
      const auto value = text(node, "value");
      if (value.empty()) return wrong(node, "`near` needs a `value`");
      written = expression_near(name, value, flag(node, "exact"));
      set_run(name, value, rule);
    }
    rule.expression = CREMA_TRY(compiled(std::move(written), node));
    rule.path = CREMA_TRY(compiled(text(node, "path"), node));
    if (!rule.expression && !rule.path && !rule.kubernetes)
      return wrong(node, "a match needs `token`, `near`, `expression`, `path` or `kubernetes`");
    CREMA_TRY(number(node, "entropy", rule.entropy));
    rule.keywords = CREMA_TRY(texts(node, "keywords"));
    CREMA_TRY(reach(node, rule));
    CREMA_TRY(allow(node, "allow", Allowlist::Target::secret, rule));
    CREMA_TRY(allow(node, "allow_match", Allowlist::Target::match, rule));
    CREMA_TRY(allow(node, "allow_line", Allowlist::Target::line, rule));
    return rule;
  }
};

// Paths without secrets of the team's own: media, lock files, what others wrote.
constexpr const char* kPaths[] = {
    R"((?i)\.(?:png|jpe?g|gif|bmp|ico|tiff?|webp|svg|woff2?|ttf|otf|eot|mp[34]|wav|webm|avif)$)",
    R"((?i)\.(?:pdf|docx?|xlsx?|pptx?|bin|exe|dll|pdb|so|dylib|a|o|class|wasm|gltf)$)",
    R"((?:^|/)(?:go\.(?:mod|sum|work|work\.sum)|vendor/modules\.txt)$)",
    R"((?:^|/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|deno\.lock|bun\.lockb?)$)",
    R"((?:^|/)(?:poetry\.lock|Pipfile\.lock|uv\.lock|Cargo\.lock|Gemfile\.lock|composer\.lock|gradle\.lockfile)$)",
    R"((?:^|/)(?:node_modules|bower_components|vendor/(?:bundle|ruby|github\.com|golang\.org|k8s\.io|google\.golang\.org|gopkg\.in|sigs\.k8s\.io|istio\.io))/)",
    R"((?:^|/)(?:gradlew|gradlew\.bat|mvnw|mvnw\.cmd|verification-metadata\.xml|gitleaks\.toml|\.gitleaks\.toml)$)",
    R"((?:^|/)(?:jquery|bootstrap|angular|swagger-?ui|plotly)[\w.-]*\.js(?:\.map)?$)",
    R"((?i)(?:^|/)(?:v?env|virtualenv)/lib(?:64)?/|/site-packages/|\.dist-info/)",
};
// Values that stand for a value: variables, templates, fillers.
constexpr const char* kPlaceholders[] = {
    R"(^(?i:true|false|null|none|nil|undefined)$)",
    R"((?i)^(?:x+|\*+|\.+|-+|_+|0+|1+|a+)$)",
    R"((?i)(?:x{5,}|\*{5,}|\.{4,}|0{10,}))",
    R"(^\$[{(]?[\w.:-]+[})]?$|^\$\{\{.*\}\}$|^\{\{.*\}\}$|^%[\w.-]+%$|^@[\w.-]+@$|^<[^>]+>$|^\{\w*\}$)",
    // In a long value a word is chance.
    R"((?i)^.{0,32}(?:(?:your|my|insert|replace|change|enter)[_. -]?(?:\w+[_. -])?(?:api|secret|token|key|password|me|this|it|here)|_here$|placeholder|redacted|dummy|example).{0,32}$)",
    R"(^(?i)(?:your|my)[-_ ].{0,40}$)",
    R"((?i)abcdefghij|0123456789|qwertyuiop)",
    R"(^/(?:bin|etc|home|opt|tmp|usr|var|run|mnt|Users)/[\w ./-]+$)",
};

}  // namespace

const Allowlist& usual_exceptions() {
  static const Allowlist kList = [] {
    Allowlist list;
    for (const auto* path : kPaths) list.paths.push_back(Expression::later(path));
    for (const auto* value : kPlaceholders) list.expressions.push_back(Expression::later(value));
    return list;
  }();
  return kList;
}

Result<SecretRules> secret_rules_of(std::span<const Rule> pages, const RuleSelection& selection,
                                    bool check) {
  SecretRules all;
  for (const auto& page : pages) {
    if (!selection.takes(page)) continue;
    const auto source = std::make_shared<SourceFile>(page.id + ".md", "");
    auto rules = CREMA_TRY(PageReader(page, source, check).read());
    std::ranges::move(rules, std::back_inserter(all.rules));
  }
  all.allowlists.push_back(usual_exceptions());
  return all;
}

}  // namespace crema::scan
