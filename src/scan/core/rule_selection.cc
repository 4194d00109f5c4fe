#include "crema/scan/core/rule_selection.h"

#include "crema/base/strings.h"

#include <algorithm>

namespace crema::scan {
namespace {

bool names(std::string_view name, const Rule& rule) {
  if (!name.ends_with('*')) return rule.is_called(name);
  const auto start = to_lower(name.substr(0, name.size() - 1));
  const auto begins = [&](std::string_view id) { return to_lower(id).starts_with(start); };
  return begins(rule.id) || std::ranges::any_of(rule.aliases, begins);
}

bool any_names(const std::vector<std::string>& all, const Rule& rule) {
  return std::ranges::any_of(all, [&](const auto& name) { return names(name, rule); });
}

// github_actions and github-actions are both in use.
char one_dash(char c) { return c == '_' ? '-' : c; }

}  // namespace

bool RuleSelection::takes(const Rule& rule) const {
  if (any_names(skipped, rule)) return false;
  return only.empty() ? rule.enabled : any_names(only, rule);
}

bool RuleSelection::takes_framework(std::string_view framework) const {
  return frameworks.empty() || std::ranges::any_of(frameworks, [&](const auto& asked) {
           return std::ranges::equal(asked, framework, {}, one_dash, one_dash);
         });
}

std::vector<std::string> RuleSelection::unknown(const std::vector<const Rule*>& rules) const {
  std::vector<std::string> nobody;
  for (const auto* list : {&only, &skipped})
    for (const auto& name : *list)
      if (std::ranges::none_of(rules, [&](const auto* rule) { return names(name, *rule); }))
        nobody.push_back(name);
  return nobody;
}

}  // namespace crema::scan
