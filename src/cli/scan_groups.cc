#include "scan_groups.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace crema::cli {
namespace {

using evidence::Finding;
using evidence::FindingState;

constexpr std::string_view kStandardLibrary = "Go, for its standard library,";

const scan::Rule* rule_of(std::span<const scan::Rule> rules, std::string_view id) {
  const auto found = std::ranges::lower_bound(rules, id, {}, &scan::Rule::id);
  return found == rules.end() || found->id != id ? nullptr : &*found;
}

// The names other tools have for it, without classes of weaknesses.
std::string names_of(const Finding& finding) {
  constexpr std::size_t kMost = 3;
  std::string names;
  std::size_t count = 0;
  for (const auto& alias : finding.aliases) {
    if (alias.starts_with("CWE-") || alias.starts_with("AVD-") || ++count > kMost) continue;
    names += (names.empty() ? "" : ", ") + alias;
  }
  return names.empty() ? finding.rule : fmt::format("{}  {}", finding.rule, names);
}

auto order_of(const Finding* finding) {
  static const evidence::FindingLocation nowhere;
  const auto& place = finding->locations.empty() ? nowhere : finding->locations.front();
  return std::tuple(finding->state != FindingState::fresh, -static_cast<int>(finding->severity),
                    std::string_view(place.path), place.line, std::string_view(finding->rule),
                    std::string_view(finding->fingerprint));
}

// Of versions as they are: the longest run of digits decides, not letters.
bool later(std::string_view a, std::string_view b) {
  std::size_t i = 0;
  std::size_t j = 0;
  const auto number = [](std::string_view text, std::size_t& at) {
    std::uint64_t value = 0;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9' && value < 1'000'000'000'000)
      value = value * 10 + static_cast<std::uint64_t>(text[at++] - '0');
    return value;
  };
  while (i < a.size() && j < b.size()) {
    const bool digits = a[i] >= '0' && a[i] <= '9' && b[j] >= '0' && b[j] <= '9';
    if (digits) {
      const auto one = number(a, i);
      const auto other = number(b, j);
      if (one != other) return one > other;
    } else if (a[i] != b[j]) {
      return a[i] > b[j];
    } else {
      ++i;
      ++j;
    }
  }
  return a.size() - i > b.size() - j;
}

void describe(FindingGroup& group, std::span<const scan::Rule> rules) {
  const auto& first = *group.members.front();
  for (const auto* member : group.members) {
    group.severity = std::max(group.severity, member->severity);
    group.fresh += member->state == FindingState::fresh ? 1U : 0U;
  }
  if (group.upgrade) {
    std::string_view version;
    for (const auto* member : group.members)
      if (version.empty() || later(member->fix.version, version)) version = member->fix.version;
    const std::string package(first.fix.package == "stdlib" ? kStandardLibrary : first.fix.package);
    group.title = version.empty() ? "No fixed version of " + package
                                  : fmt::format("Upgrade {} to {}", package, version);
    return;
  }
  group.title = first.rule_name.empty() ? first.rule : first.rule_name;
  group.name = names_of(first);
  const auto* rule = rule_of(rules, first.rule);
  group.fix = plain_paragraph(!first.fix.text.empty() ? first.fix.text
                              : rule != nullptr       ? rule->fix
                                                      : first.help);
}

}  // namespace

std::string plain_paragraph(std::string_view markdown) {
  std::string text;
  for (const auto line : split(markdown, '\n')) {
    const auto words = trim(line);
    if (words.starts_with("```")) break;
    if (words.empty() && !text.empty()) break;
    if (words.empty()) continue;
    text += (text.empty() ? "" : " ") + std::string(words);
  }
  std::erase(text, '`');
  return text;
}

std::vector<FindingGroup> groups_of(std::span<const scan::Found> found,
                                    std::span<const scan::Rule> rules) {
  std::map<std::string, FindingGroup, std::less<>> by_key;
  for (const auto& one : found) {
    const auto& finding = one.finding;
    if (finding.state == FindingState::suppressed) continue;
    const bool upgrade = !finding.fix.package.empty();
    auto& group = by_key[upgrade ? "upgrade " + finding.fix.package +
                                       (finding.fix.version.empty() ? " none" : "")
                                 : "rule " + finding.rule];
    group.upgrade = upgrade;
    group.members.push_back(&finding);
  }
  std::vector<FindingGroup> groups;
  for (auto& [key, group] : by_key) {
    std::ranges::sort(group.members, {}, order_of);
    describe(group, rules);
    groups.push_back(std::move(group));
  }
  std::ranges::sort(groups, {}, [](const FindingGroup& group) {
    return std::tuple(-static_cast<int>(group.severity), group.fresh == 0,
                      -static_cast<std::ptrdiff_t>(group.members.size()),
                      std::string_view(group.title), std::string_view(group.name));
  });
  return groups;
}

}  // namespace crema::cli
