// gitleaks' TOML: rules, allow lists, and configurations that extend others.
#include "crema/base/hash.h"
#include "crema/base/strings.h"
#include "crema/formats/toml.h"
#include "crema/scan/secrets/secret_rules.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <map>
#include <utility>

namespace crema::scan {
namespace {

using formats::TomlKind;
using formats::TomlNode;

constexpr int kExtendedInARow = 2;

// Keys are read in any case, as gitleaks' reader does.
const TomlNode* find(const TomlNode& table, std::string_view key) {
  const auto found = std::ranges::find_if(
      table.entries, [&](const auto& entry) { return equals_ignore_case(entry.key, key); });
  return found == table.entries.end() ? nullptr : &found->value;
}

// An allow list that names the rules it is for.
struct Targeted {
  Allowlist allowlist;
  std::vector<std::string> rules;
  Span place;
};

struct Read {
  GitleaksConfig config;
  std::vector<Targeted> targeted;
};

class Reader {
 public:
  Reader(const SourcePtr& file, const ConfigLoader& loader, int depth)
      : file_(file), loader_(loader), depth_(depth) {}

  Result<Read> read();

 private:
  const SourcePtr& file_;
  const ConfigLoader& loader_;
  int depth_;
  Read read_;

  Span place(const TomlNode& node) const { return {file_, node.line, node.column}; }
  auto wrong(const TomlNode& node, std::string message, std::string hint = {}) const {
    auto error = make_error("secrets/config", std::move(message), place(node));
    error.hint = std::move(hint);
    return fail(std::move(error));
  }
  Result<std::string> text(const TomlNode& table, std::string_view key) const;
  Result<std::vector<std::string>> texts(const TomlNode& table, std::string_view key) const;
  Result<double> number(const TomlNode& table, std::string_view key) const;
  Result<bool> flag(const TomlNode& table, std::string_view key) const;
  Result<Expression> expression(const TomlNode& table, std::string_view key) const;
  Result<std::vector<Expression>> expressions(const TomlNode& table, std::string_view key) const;
  void warn_of_others(const TomlNode& table, std::initializer_list<std::string_view> known);
  Result<Allowlist> allowlist(const TomlNode& table);
  Result<> rule_allowlists(const TomlNode& table, SecretRule& rule);
  Result<> required(const TomlNode& table, SecretRule& rule) const;
  Result<SecretRule> rule(const TomlNode& table);
  Result<> global_allowlists(const TomlNode& root);
  Result<> extend(const TomlNode& root);
  void merge(const SecretRules& base, const std::vector<std::string>& disabled);
  Result<> check(const TomlNode& root) const;
  Result<> aim();
};

Result<std::string> Reader::text(const TomlNode& table, std::string_view key) const {
  const auto* node = find(table, key);
  if (node == nullptr) return std::string();
  if (node->kind != TomlKind::text) return wrong(*node, fmt::format("`{}` must be a text", key));
  return node->text;
}

Result<std::vector<std::string>> Reader::texts(const TomlNode& table, std::string_view key) const {
  std::vector<std::string> all;
  const auto* node = find(table, key);
  if (node == nullptr) return all;
  if (node->kind == TomlKind::text) return std::vector{node->text};
  for (const auto& item : node->items) {
    if (item.kind != TomlKind::text) return wrong(item, fmt::format("`{}` must be texts", key));
    all.push_back(item.text);
  }
  return all;
}

Result<double> Reader::number(const TomlNode& table, std::string_view key) const {
  const auto* node = find(table, key);
  if (node == nullptr) return 0.0;
  if (node->kind == TomlKind::integer) return static_cast<double>(node->integer);
  if (node->kind != TomlKind::number)
    return wrong(*node, fmt::format("`{}` must be a number", key));
  return node->number;
}

Result<bool> Reader::flag(const TomlNode& table, std::string_view key) const {
  const auto* node = find(table, key);
  if (node == nullptr) return false;
  if (node->kind != TomlKind::boolean)
    return wrong(*node, fmt::format("`{}` must be true or false", key));
  return node->boolean;
}

Result<Expression> Reader::expression(const TomlNode& table, std::string_view key) const {
  const auto written = CREMA_TRY(text(table, key));
  if (written.empty()) return Expression();
  return compile_expression(written, place(*find(table, key)));
}

Result<std::vector<Expression>> Reader::expressions(const TomlNode& table,
                                                    std::string_view key) const {
  std::vector<Expression> all;
  for (const auto& one : CREMA_TRY(texts(table, key)))
    all.push_back(CREMA_TRY(compile_expression(one, place(*find(table, key)))));
  return all;
}

void Reader::warn_of_others(const TomlNode& table, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : table.entries) {
    if (std::ranges::any_of(known, [&](auto name) { return equals_ignore_case(name, key); }))
      continue;
    read_.config.warnings.push_back(
        make_warning("secrets/unknown-key",
                     fmt::format("`{}` is no key here and has no effect", key), place(value)));
  }
}

Result<Allowlist> Reader::allowlist(const TomlNode& table) {
  warn_of_others(table, {"id", "description", "condition", "commits", "paths", "regexTarget",
                         "regexes", "stopwords", "targetRules"});
  Allowlist list{.description = CREMA_TRY(text(table, "description")),
                 .commits = CREMA_TRY(texts(table, "commits")),
                 .paths = CREMA_TRY(expressions(table, "paths")),
                 .expressions = CREMA_TRY(expressions(table, "regexes"))};
  for (auto& commit : list.commits) commit = to_lower(trim(commit));
  for (const auto& word : CREMA_TRY(texts(table, "stopwords")))
    list.stop_words.push_back(to_lower(word));
  const auto condition = to_upper(CREMA_TRY(text(table, "condition")));
  if (condition == "AND" || condition == "&&")
    list.all_must_hold = true;
  else if (!condition.empty() && condition != "OR" && condition != "||")
    return wrong(*find(table, "condition"), fmt::format("`{}` is no condition", condition),
                 "write AND or OR");
  const auto target = CREMA_TRY(text(table, "regexTarget"));
  if (target == "match")
    list.target = Allowlist::Target::match;
  else if (target == "line")
    list.target = Allowlist::Target::line;
  else if (!target.empty() && target != "secret")
    return wrong(*find(table, "regexTarget"), fmt::format("`{}` is nothing to match", target),
                 "write secret, match or line");
  if (list.commits.empty() && list.paths.empty() && list.expressions.empty() &&
      list.stop_words.empty())
    return wrong(table, "an allow list without commits, paths, regexes or stopwords allows nothing",
                 "add one of them, or remove it");
  return list;
}

Result<> Reader::rule_allowlists(const TomlNode& table, SecretRule& rule) {
  const auto* old = find(table, "allowlist");
  const auto* lists = find(table, "allowlists");
  if (old != nullptr && lists != nullptr)
    return wrong(*old, "a rule cannot have both `allowlist` and `allowlists`",
                 "write all of them as [[rules.allowlists]]");
  if (old != nullptr && old->kind == TomlKind::table)
    rule.allowlists.push_back(CREMA_TRY(allowlist(*old)));
  for (const auto* all : {old, lists})
    if (all != nullptr)
      for (const auto& one : all->items) rule.allowlists.push_back(CREMA_TRY(allowlist(one)));
  return {};
}

Result<> Reader::required(const TomlNode& table, SecretRule& rule) const {
  const auto* all = find(table, "required");
  if (all == nullptr) return {};
  const auto distance = [&](const TomlNode& one, std::string_view key) {
    const auto* node = find(one, key);
    return node != nullptr && node->kind == TomlKind::integer ? std::optional(node->integer)
                                                              : std::nullopt;
  };
  for (const auto& one : all->items) {
    RequiredRule companion{.id = CREMA_TRY(text(one, "id")),
                           .within_lines = distance(one, "withinLines"),
                           .within_columns = distance(one, "withinColumns")};
    if (companion.id.empty()) return wrong(one, "a required rule needs its `id`");
    rule.required.push_back(std::move(companion));
  }
  return {};
}

Result<SecretRule> Reader::rule(const TomlNode& table) {
  warn_of_others(table, {"id", "description", "path", "regex", "secretGroup", "entropy", "keywords",
                         "tags", "allowlist", "allowlists", "required", "skipReport"});
  SecretRule rule{
      .id = CREMA_TRY(text(table, "id")),
      .description = CREMA_TRY(text(table, "description")),
      .expression = CREMA_TRY(expression(table, "regex")),
      .path = CREMA_TRY(expression(table, "path")),
      .group = static_cast<std::size_t>(std::max(0.0, CREMA_TRY(number(table, "secretGroup")))),
      .entropy = CREMA_TRY(number(table, "entropy")),
      .tags = CREMA_TRY(texts(table, "tags")),
      .skip_report = CREMA_TRY(flag(table, "skipReport"))};
  for (const auto& word : CREMA_TRY(texts(table, "keywords")))
    rule.keywords.push_back(to_lower(word));
  CREMA_TRY(rule_allowlists(table, rule));
  CREMA_TRY(required(table, rule));
  if (trim(rule.id).empty()) return wrong(table, "a rule needs its `id`");
  return rule;
}

Result<> Reader::global_allowlists(const TomlNode& root) {
  const auto add = [&](const TomlNode& table) -> Result<> {
    auto list = CREMA_TRY(allowlist(table));
    auto rules = CREMA_TRY(texts(table, "targetRules"));
    if (rules.empty())
      read_.config.rules.allowlists.push_back(std::move(list));
    else
      read_.targeted.push_back({std::move(list), std::move(rules), place(table)});
    return {};
  };
  const auto* old = find(root, "allowlist");
  const auto* lists = find(root, "allowlists");
  if (old != nullptr && lists != nullptr)
    return wrong(*old, "there cannot be both [allowlist] and [[allowlists]]",
                 "write all of them as [[allowlists]]");
  if (old != nullptr && old->kind == TomlKind::table) CREMA_TRY(add(*old));
  for (const auto* all : {old, lists})
    if (all != nullptr)
      for (const auto& one : all->items) CREMA_TRY(add(one));
  return {};
}

// What this file says stands over what it extends; lists are added to.
void Reader::merge(const SecretRules& base, const std::vector<std::string>& disabled) {
  auto& own = read_.config.rules;
  for (const auto& from : base.rules) {
    // A rule of crema is meant by the id that gitleaks has for it, too.
    const auto is_called = [&](const std::string& id) {
      return id == from.id || std::ranges::find(from.aliases, id) != from.aliases.end();
    };
    if (std::ranges::any_of(disabled, is_called)) continue;
    const auto found = std::ranges::find_if(own.rules, is_called, &SecretRule::id);
    if (found == own.rules.end()) {
      own.rules.push_back(from);
      continue;
    }
    auto merged = from;
    auto& over = *found;
    if (!over.description.empty()) merged.description = over.description;
    if (over.entropy != 0) merged.entropy = over.entropy;
    if (over.group != 0) merged.group = over.group;
    if (over.expression) merged.expression = over.expression;
    if (over.path) merged.path = over.path;
    std::ranges::copy(over.tags, std::back_inserter(merged.tags));
    std::ranges::copy(over.keywords, std::back_inserter(merged.keywords));
    std::ranges::copy(over.allowlists, std::back_inserter(merged.allowlists));
    over = std::move(merged);
  }
  std::ranges::copy(base.allowlists, std::back_inserter(own.allowlists));
  std::ranges::sort(own.rules, {}, &SecretRule::id);
}

Result<> Reader::extend(const TomlNode& root) {
  const auto* table = find(root, "extend");
  if (table == nullptr || depth_ >= kExtendedInARow) return {};
  const auto path = CREMA_TRY(text(*table, "path"));
  const bool defaults = CREMA_TRY(flag(*table, "useDefault"));
  const auto disabled = CREMA_TRY(texts(*table, "disabledRules"));
  if (defaults && !path.empty())
    return wrong(*table, "`path` and `useDefault` cannot both be extended", "remove one of them");
  if (defaults && loader_.defaults != nullptr) merge(*loader_.defaults, disabled);
  if (path.empty()) return {};
  const auto file = CREMA_TRY(loader_.read(path));
  auto base = CREMA_TRY(Reader(file, loader_, depth_ + 1).read());
  std::ranges::move(base.config.warnings, std::back_inserter(read_.config.warnings));
  merge(base.config.rules, disabled);
  return {};
}

Result<> Reader::aim() {
  for (auto& [list, rules, place] : read_.targeted) {
    for (const auto& id : rules) {
      const auto found = std::ranges::find(read_.config.rules.rules, id, &SecretRule::id);
      if (found == read_.config.rules.rules.end())
        return fail(make_error("secrets/config", fmt::format("there is no rule `{}`", id), place));
      found->allowlists.push_back(list);
    }
  }
  return {};
}

Result<> Reader::check(const TomlNode& root) const {
  for (const auto& rule : read_.config.rules.rules) {
    if (!rule.expression && !rule.path)
      return wrong(root, fmt::format("the rule `{}` has neither `regex` nor `path`", rule.id),
                   "add one of them, or remove the rule");
    if (rule.expression &&
        rule.group > static_cast<std::size_t>(rule.expression->NumberOfCapturingGroups()))
      return wrong(root, fmt::format("the rule `{}` has no group {}", rule.id, rule.group),
                   "correct its `secretGroup`");
    for (const auto& companion : rule.required)
      if (read_.config.rules.find(companion.id) == nullptr)
        return wrong(
            root, fmt::format("the rule `{}` requires `{}`, which is none", rule.id, companion.id));
  }
  return {};
}

Result<Read> Reader::read() {
  const auto root = CREMA_TRY(formats::parse_toml(file_));
  warn_of_others(
      root, {"title", "description", "extend", "rules", "allowlist", "allowlists", "minVersion"});
  if (const auto* rules = find(root, "rules"))
    for (const auto& table : rules->items) {
      auto one = CREMA_TRY(rule(table));
      // As in a map: of two with one id the later one counts.
      std::erase_if(read_.config.rules.rules,
                    [&](const auto& other) { return other.id == one.id; });
      read_.config.rules.rules.push_back(std::move(one));
    }
  CREMA_TRY(global_allowlists(root));
  CREMA_TRY(extend(root));
  if (depth_ > 0) return std::move(read_);
  CREMA_TRY(aim());
  CREMA_TRY(check(root));
  return std::move(read_);
}

}  // namespace

Result<GitleaksConfig> parse_gitleaks_config(const SourcePtr& file, const ConfigLoader& loader) {
  auto read = CREMA_TRY(Reader(file, loader, 0).read());
  return std::move(read.config);
}

}  // namespace crema::scan
