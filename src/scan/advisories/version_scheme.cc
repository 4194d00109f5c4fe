#include "crema/scan/advisories/version_scheme.h"

#include <algorithm>
#include <array>
#include <utility>

namespace crema::scan {
namespace {

constexpr std::pair<std::string_view, VersionScheme> kSchemes[] = {
    {"Go", VersionScheme::semver},        {"npm", VersionScheme::semver},
    {"crates.io", VersionScheme::semver}, {"Hex", VersionScheme::semver},
    {"Bitnami", VersionScheme::semver},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

std::weak_ordering order(int compared) {
  if (compared < 0) return std::weak_ordering::less;
  return compared > 0 ? std::weak_ordering::greater : std::weak_ordering::equivalent;
}

// Of numbers of any length, "" is 0.
std::weak_ordering compare_numbers(std::string_view a, std::string_view b) {
  a.remove_prefix(std::min(a.find_first_not_of('0'), a.size()));
  b.remove_prefix(std::min(b.find_first_not_of('0'), b.size()));
  if (a.size() != b.size()) return a.size() <=> b.size();
  return order(a.compare(b));
}

struct Semver {
  std::array<std::string_view, 3> numbers;
  std::string_view pre_release;
};

Semver read_semver(std::string_view text) {
  Semver version;
  if (text.starts_with('v')) text.remove_prefix(1);
  std::size_t count = 0;
  while (count < 3 && !text.empty()) {
    const auto end =
        std::min<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin(), text.size());
    if (end == 0 && text.front() != '.') break;
    if (end > 0) version.numbers[count++] = text.substr(0, end);
    text.remove_prefix(end);
    if (count < 3 && text.starts_with('.')) text.remove_prefix(1);
  }
  text = text.substr(0, text.find('+'));
  if (text.starts_with('-')) text.remove_prefix(1);
  version.pre_release = text;
  return version;
}

// Takes the first identifier off.
std::string_view next_identifier(std::string_view& text, bool& more) {
  const auto dot = text.find('.');
  const auto own = text.substr(0, dot);
  more = dot != std::string_view::npos;
  text.remove_prefix(more ? dot + 1 : text.size());
  return own;
}

std::weak_ordering compare_identifiers(std::string_view a, std::string_view b) {
  const bool a_number = is_number(a);
  const bool b_number = is_number(b);
  if (a_number && b_number) return compare_numbers(a, b);
  if (a_number != b_number)
    return a_number ? std::weak_ordering::less : std::weak_ordering::greater;
  return order(a.compare(b));
}

std::weak_ordering compare_pre_releases(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return b.size() <=> a.size();
  for (bool a_more = true, b_more = true;;) {
    const auto first = next_identifier(a, a_more);
    const auto second = next_identifier(b, b_more);
    if (const auto compared = compare_identifiers(first, second); compared != 0) return compared;
    if (!a_more || !b_more) return a_more <=> b_more;
  }
}

}  // namespace

VersionScheme scheme_of(std::string_view ecosystem) {
  ecosystem = ecosystem.substr(0, ecosystem.find(':'));
  for (const auto& [name, scheme] : kSchemes)
    if (name == ecosystem) return scheme;
  return VersionScheme::none;
}

std::weak_ordering compare_semver(std::string_view a, std::string_view b) {
  const auto first = read_semver(a);
  const auto second = read_semver(b);
  for (std::size_t i = 0; i < first.numbers.size(); ++i)
    if (const auto compared = compare_numbers(first.numbers[i], second.numbers[i]); compared != 0)
      return compared;
  return compare_pre_releases(first.pre_release, second.pre_release);
}

std::weak_ordering compare_versions(VersionScheme scheme, std::string_view a, std::string_view b) {
  switch (scheme) {
    case VersionScheme::none:
    case VersionScheme::semver:
      break;
  }
  return compare_semver(a, b);
}

}  // namespace crema::scan
