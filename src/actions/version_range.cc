#include "version_range.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace crema::actions {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The parts of "1.2.x-rc.1": a part that is absent or x, X, * is nullopt.
struct Partial {
  std::optional<std::uint64_t> major, minor, patch;
  std::string prerelease;

  Version lowest() const {
    return {major.value_or(0), minor.value_or(0), patch.value_or(0), prerelease};
  }
};

// "rc2", "-rc.2", "b1" as dot-separated identifiers: "rc.2".
std::string prerelease_of(std::string_view text) {
  if (text.starts_with('-')) return std::string(text.substr(1));
  const auto digits = std::ranges::find_if(text, is_digit);
  std::string word(text.begin(), digits);
  if (digits != text.end()) word += "." + std::string(digits, text.end());
  return word;
}

std::optional<Partial> parse_partial(std::string_view text) {
  if (text.starts_with("go")) text.remove_prefix(2);
  if (text.starts_with('v') || text.starts_with('=')) text.remove_prefix(1);
  text = text.substr(0, text.find('+'));
  Partial partial;
  const std::array<std::optional<std::uint64_t>*, 3> parts{&partial.major, &partial.minor,
                                                           &partial.patch};
  if (text.empty() || text == "*") return partial;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (text.starts_with('x') || text.starts_with('X') || text.starts_with('*')) {
      text.remove_prefix(1);
    } else {
      std::uint64_t number = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error != std::errc()) return std::nullopt;
      *parts[i] = number;
      text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    }
    if (!text.starts_with('.') || i == 2) break;
    text.remove_prefix(1);
  }
  if (!text.empty()) {
    const bool word = text.front() == '-' || std::isalpha(static_cast<unsigned char>(text.front()));
    if (!word || text.size() < 2) return std::nullopt;
    partial.prerelease = prerelease_of(text);
  }
  return partial;
}

std::strong_ordering compare_identifiers(std::string_view a, std::string_view b) {
  const bool a_number = !a.empty() && std::ranges::all_of(a, is_digit);
  const bool b_number = !b.empty() && std::ranges::all_of(b, is_digit);
  if (a_number != b_number)
    return a_number ? std::strong_ordering::less : std::strong_ordering::greater;
  if (a_number && a.size() != b.size()) return a.size() <=> b.size();
  return a <=> b;
}

std::strong_ordering compare_prereleases(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return a.empty() <=> b.empty();
  const auto left = split(a, '.'), right = split(b, '.');
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    if (const auto order = compare_identifiers(left[i], right[i]); order != 0) return order;
  }
  return left.size() <=> right.size();
}

constexpr std::string_view kLowestPrerelease = "0";

}  // namespace

std::strong_ordering Version::operator<=>(const Version& other) const {
  if (const auto order = major <=> other.major; order != 0) return order;
  if (const auto order = minor <=> other.minor; order != 0) return order;
  if (const auto order = patch <=> other.patch; order != 0) return order;
  return compare_prereleases(prerelease, other.prerelease);
}

std::string Version::text() const {
  auto result = fmt::format("{}.{}.{}", major, minor, patch);
  return prerelease.empty() ? result : result + "-" + prerelease;
}

std::optional<Version> parse_version(std::string_view text) {
  const auto partial = parse_partial(trim(text));
  if (!partial || !partial->major) return std::nullopt;
  return partial->lowest();
}

bool VersionRange::Comparator::holds(const Version& other) const {
  const auto order = other <=> version;
  switch (op) {
    case Op::less:
      return order < 0;
    case Op::less_equal:
      return order <= 0;
    case Op::greater:
      return order > 0;
    case Op::greater_equal:
      return order >= 0;
    case Op::equal:
      return order == 0;
  }
  return false;
}

// Adds the comparators that `op partial` stands for: ^1.2 is >=1.2.0 <2.0.0-0.
bool VersionRange::add_partial(std::string_view op, std::string_view text, Set& set) {
  using Op = Comparator::Op;
  const auto partial = parse_partial(text);
  if (!partial) return false;
  const auto& [major, minor, patch, prerelease] = *partial;
  const Version low = partial->lowest();
  const Version next_major{low.major + 1, 0, 0, std::string(kLowestPrerelease)};
  const Version next_minor{low.major, low.minor + 1, 0, std::string(kLowestPrerelease)};
  const Version next_patch{low.major, low.minor, low.patch + 1, std::string(kLowestPrerelease)};

  if (!major) {
    if (op == "<" || op == ">")
      set.push_back({Op::less, {0, 0, 0, std::string(kLowestPrerelease)}});
    return true;
  }
  const Version& above = !minor ? next_major : next_minor;  // the first one not in 1.x or 1.2.x
  if (op == "^") {
    const Version& limit = low.major > 0 || !minor   ? next_major
                           : low.minor > 0 || !patch ? next_minor
                                                     : next_patch;
    set.push_back({Op::greater_equal, low});
    set.push_back({Op::less, limit});
  } else if (op == "~" || op == "~>" || (op.empty() && !patch)) {
    set.push_back({Op::greater_equal, low});
    set.push_back({Op::less, above});
  } else if (op == "~=") {  // Python: ~=3.10 is below 4, ~=3.10.2 below 3.11
    set.push_back({Op::greater_equal, low});
    set.push_back({Op::less, patch ? next_minor : next_major});
  } else if (op == ">=") {
    set.push_back({Op::greater_equal, low});
  } else if (op == "<") {
    set.push_back({Op::less, low});
  } else if (op == ">") {
    set.push_back(patch ? Comparator{Op::greater, low}
                        : Comparator{Op::greater_equal, {above.major, above.minor, 0, {}}});
  } else if (op == "<=") {
    set.push_back(patch ? Comparator{Op::less_equal, low} : Comparator{Op::less, above});
  } else if (op.empty()) {
    set.push_back({Op::equal, low});
  } else {
    return false;
  }
  return true;
}

Result<VersionRange::Set> VersionRange::parse_set(std::string_view text) {
  const auto bad = [&] {
    return fail("actions/bad-version-range",
                fmt::format("'{}' is not a version or range of versions", text));
  };
  Set set;
  if (const auto hyphen = text.find(" - "); hyphen != std::string_view::npos) {
    if (!add_partial(">=", trim(text.substr(0, hyphen)), set) ||
        !add_partial("<=", trim(text.substr(hyphen + 3)), set)) {
      return bad();
    }
    return set;
  }
  for (std::size_t at = 0; at < text.size();) {
    const auto start = text.find_first_not_of(" \t,", at);
    if (start == std::string_view::npos) break;
    const auto op_end = std::min(text.find_first_not_of("<>=~^!", start), text.size());
    const auto partial_start = std::min(text.find_first_not_of(" \t", op_end), text.size());
    at = std::min(text.find_first_of(" \t,", partial_start), text.size());
    auto op = text.substr(start, op_end - start);
    auto partial = text.substr(partial_start, at - partial_start);
    if (partial.empty() || !add_partial(op == "==" || op == "=" ? "" : op, partial, set))
      return bad();
  }
  return set;
}

Result<VersionRange> VersionRange::parse(std::string_view text) {
  VersionRange range;
  while (true) {
    const auto bar = text.find("||");
    range.sets_.push_back(CREMA_TRY(parse_set(trim(text.substr(0, bar)))));
    if (bar == std::string_view::npos) return range;
    text.remove_prefix(bar + 2);
  }
}

bool VersionRange::contains(const Version& version) const {
  return std::ranges::any_of(sets_, [&](const Set& set) {
    if (!std::ranges::all_of(set, [&](const auto& each) { return each.holds(version); }))
      return false;
    if (version.prerelease.empty()) return true;
    return std::ranges::any_of(set, [&](const Comparator& each) {
      const auto& named = each.version;
      return !named.prerelease.empty() && named.prerelease != kLowestPrerelease &&
             named.major == version.major && named.minor == version.minor &&
             named.patch == version.patch;
    });
  });
}

}  // namespace crema::actions
