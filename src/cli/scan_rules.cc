#include "scan_rules.h"

#include "crema/formats/json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace crema::cli {
namespace {

using evidence::Style;
using evidence::Tone;

std::string example_text(const scan::RuleExample& example, const Style& style) {
  auto out = style.paint(example.bad ? Tone::red : Tone::green, example.bad ? "bad" : "good");
  if (!example.name.empty()) out += "  " + style.paint(Tone::dim, example.name);
  out += "\n";
  std::size_t begin = 0;
  while (begin < example.text.size()) {
    auto end = example.text.find('\n', begin);
    if (end == std::string::npos) end = example.text.size();
    out += "    " + example.text.substr(begin, end - begin) + "\n";
    begin = end + 1;
  }
  return out;
}

}  // namespace

std::string rules_text(std::span<const scan::Rule> rules, const Style& style) {
  std::string out;
  for (const auto& rule : rules) {
    out += fmt::format("{}  {:<8}  {}{}\n", style.paint(Tone::bold, fmt::format("{:<15}", rule.id)),
                       evidence::to_text(rule.severity), rule.title,
                       rule.enabled ? "" : style.paint(Tone::dim, "  (off by default)"));
    if (!rule.aliases.empty())
      out += style.paint(Tone::dim, fmt::format("{:17}{}\n", "", fmt::join(rule.aliases, ", ")));
  }
  return out;
}

std::string rules_json(std::span<const scan::Rule> rules) {
  auto json = nlohmann::ordered_json::array();
  for (const auto& rule : rules)
    json.push_back({{"id", rule.id},
                    {"title", rule.title},
                    {"severity", evidence::to_text(rule.severity)},
                    {"aliases", rule.aliases},
                    {"enabled", rule.enabled}});
  return formats::json_text(json, formats::JsonLayout::pretty) + "\n";
}

std::string rule_page(std::span<const scan::Rule> rules, std::string_view name,
                      const Style& style) {
  const auto rule =
      std::ranges::find_if(rules, [&](const auto& one) { return one.is_called(name); });
  if (rule == rules.end()) return "";
  auto out = fmt::format(
      "{}  {}\n{}{}\n\n{}\n", style.paint(Tone::bold, rule->id), rule->title,
      evidence::to_text(rule->severity),
      rule->aliases.empty() ? "" : fmt::format(", also {}", fmt::join(rule->aliases, ", ")),
      rule->why);
  if (!rule->fix.empty())
    out += fmt::format("\n{}\n{}\n", style.paint(Tone::green, "fix"), rule->fix);
  for (const auto& example : rule->examples) out += "\n" + example_text(example, style);
  for (const auto& reference : rule->references) out += "\n" + reference;
  return out + (rule->references.empty() ? "" : "\n");
}

}  // namespace crema::cli
