#include "sarif_rules.h"

#include "sarif_text.h"

#include "crema/base/strings.h"
#include "crema/evidence/test_suite.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace crema::evidence {
namespace {

using Json = nlohmann::ordered_json;

// A number, which GitHub's rules have as a text.
std::optional<double> security_severity(const Json& owner) {
  const auto& value = member(member(owner, "properties"), "security-severity");
  if (value.is_number()) return value.get<double>();
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() ? std::optional(number) : std::nullopt;
}

FindingSeverity severity_of_level(std::string_view level) {
  if (level == "error") return FindingSeverity::high;
  if (level == "note" || level == "none") return FindingSeverity::note;
  return FindingSeverity::medium;
}

bool is_index_into(const Json& index, std::size_t size) {
  return index.is_number_unsigned() && index.get<std::size_t>() < size;
}

}  // namespace

const Json& member(const Json& json, const char* name) {
  static const Json none;
  if (!json.is_object()) return none;
  const auto found = json.find(name);
  return found == json.end() ? none : *found;
}

std::string text_of(const Json& json, const char* name) {
  const auto& value = member(json, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

const Json& items_of(const Json& json, const char* name) {
  static const Json none = Json::array();
  const auto& value = member(json, name);
  return value.is_array() ? value : none;
}

SarifRules::SarifRules(const Json& run) {
  const auto& tool = member(run, "tool");
  components_.push_back(&member(tool, "driver"));
  for (const auto& extension : items_of(tool, "extensions")) components_.push_back(&extension);
  for (const auto* component : components_) {
    for (const auto& rule : items_of(*component, "rules")) {
      const auto& id = member(rule, "id");
      if (id.is_string()) by_id_.try_emplace(id.get_ref<const std::string&>(), &rule);
    }
  }
}

const Json& SarifRules::rule_of(const Json& result) const {
  static const Json none;
  const auto& reference = member(result, "rule");
  const auto& own = member(reference, "index");
  const auto& index = own.is_null() ? member(result, "ruleIndex") : own;
  const auto& component = member(member(reference, "toolComponent"), "index");
  const auto at = is_index_into(component, components_.size() - 1)
                      ? component.get<std::size_t>() + 1
                      : std::size_t{0};
  const auto& rules = items_of(*components_[at], "rules");
  if (is_index_into(index, rules.size())) return rules[index.get<std::size_t>()];
  auto id = text_of(result, "ruleId");
  if (id.empty()) id = text_of(reference, "id");
  auto found = by_id_.find(id);
  for (auto slash = id.rfind('/'); found == by_id_.end() && slash != std::string::npos;
       slash = id.rfind('/')) {
    id.resize(slash);
    found = by_id_.find(id);
  }
  return found == by_id_.end() ? none : *found->second;
}

void describe_by_rule(Finding& finding, const Json& rule) {
  constexpr std::size_t kLongestHelp = 4096;  // it stands at every finding
  finding.rule_name = text_of(rule, "name");
  if (finding.rule_name.empty() || finding.rule_name == finding.rule) {
    if (auto text = text_of(member(rule, "shortDescription"), "text"); !text.empty())
      finding.rule_name = std::move(text);
  }
  auto help = text_of(member(rule, "help"), "text");
  if (help.empty()) help = text_of(member(rule, "help"), "markdown");
  finding.help = shortened_output(help, kLongestHelp);
  finding.help_uri = text_of(rule, "helpUri");
  for (const auto& tag : items_of(member(rule, "properties"), "tags")) {
    if (tag.is_string()) add_alias(finding, alias_of_tag(tag.get_ref<const std::string&>()));
  }
  for (const auto& relation : items_of(rule, "relationships"))
    add_alias(finding, taxon_alias(member(relation, "target")));
}

FindingSeverity severity_of(const Json& result, const Json& rule) {
  auto number = security_severity(result);
  if (!number) number = security_severity(rule);
  if (number) {
    if (*number >= 9) return FindingSeverity::critical;
    if (*number >= 7) return FindingSeverity::high;
    if (*number >= 4) return FindingSeverity::medium;
    return *number > 0 ? FindingSeverity::low : FindingSeverity::note;
  }
  const auto kind = text_of(result, "kind");
  if (!kind.empty() && kind != "fail") return FindingSeverity::note;
  auto level = text_of(result, "level");
  if (level.empty()) level = text_of(member(rule, "defaultConfiguration"), "level");
  return severity_of_level(level);
}

std::string taxon_alias(const Json& reference) {
  const auto id = text_of(reference, "id");
  if (const auto whole = alias_of_tag(id); !whole.empty()) return whole;
  const auto list = text_of(member(reference, "toolComponent"), "name");
  return equals_ignore_case(list, "CWE") && !id.empty() ? alias_of_tag("CWE-" + id) : "";
}

void add_alias(Finding& finding, std::string alias) {
  constexpr std::size_t kMostAliases = 50;
  auto& all = finding.aliases;
  if (alias.empty() || all.size() == kMostAliases) return;
  if (std::ranges::find(all, alias) == all.end()) all.push_back(std::move(alias));
}

}  // namespace crema::evidence
