#include "crema/scan/advisories/cvss.h"

#include "crema/base/strings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <utility>

namespace crema::scan {
namespace {

struct Weight {
  std::string_view metric;  // "AV:N"
  double value;
};
// Section 7.4 of the specification. Privileges weigh more where the scope changes: below.
constexpr Weight kWeights[] = {
    {"AV:N", 0.85}, {"AV:A", 0.62}, {"AV:L", 0.55}, {"AV:P", 0.2},  {"AC:L", 0.77}, {"AC:H", 0.44},
    {"PR:N", 0.85}, {"PR:L", 0.62}, {"PR:H", 0.27}, {"UI:N", 0.85}, {"UI:R", 0.62}, {"S:U", 0},
    {"S:C", 1},     {"C:H", 0.56},  {"C:L", 0.22},  {"C:N", 0},     {"I:H", 0.56},  {"I:L", 0.22},
    {"I:N", 0},     {"A:H", 0.56},  {"A:L", 0.22},  {"A:N", 0},
};
constexpr std::array<std::string_view, 8> kBase = {"AV", "AC", "PR", "UI", "S", "C", "I", "A"};

// Up to the next tenth, as 3.1's appendix A does it to be the same on every machine.
double round_up(double value) {
  const auto whole = static_cast<std::int64_t>(std::llround(value * 100'000));
  if (whole % 10'000 == 0) return static_cast<double>(whole) / 100'000;
  const auto tenths = whole / 10'000 + 1;
  return static_cast<double>(tenths) / 10;
}

}  // namespace

std::optional<double> cvss_base_score(std::string_view vector) {
  if (!vector.starts_with("CVSS:3.0/") && !vector.starts_with("CVSS:3.1/")) return std::nullopt;
  std::map<std::string_view, double> metrics;
  bool weak_privilege = false;
  for (const auto part : split(vector.substr(vector.find('/') + 1), '/')) {
    const auto name = part.substr(0, part.find(':'));
    if (std::ranges::find(kBase, name) == kBase.end()) continue;  // temporal, environmental
    const auto* weight = std::ranges::find(kWeights, part, &Weight::metric);
    if (weight == std::end(kWeights) || !metrics.emplace(name, weight->value).second)
      return std::nullopt;
    if (part == "PR:L") weak_privilege = true;
  }
  if (metrics.size() != kBase.size()) return std::nullopt;
  const bool changed = metrics["S"] > 0;
  if (changed && metrics["PR"] < 0.85) metrics["PR"] = weak_privilege ? 0.68 : 0.5;
  const double lost = 1 - (1 - metrics["C"]) * (1 - metrics["I"]) * (1 - metrics["A"]);
  const double impact =
      changed ? 7.52 * (lost - 0.029) - 3.25 * std::pow(lost - 0.02, 15) : 6.42 * lost;
  if (impact <= 0) return 0.0;
  const double exploitability =
      8.22 * metrics["AV"] * metrics["AC"] * metrics["PR"] * metrics["UI"];
  return round_up(std::min((changed ? 1.08 : 1.0) * (impact + exploitability), 10.0));
}

evidence::FindingSeverity cvss_severity(double score) {
  using enum evidence::FindingSeverity;
  if (score >= 9) return critical;
  if (score >= 7) return high;
  if (score >= 4) return medium;
  return score > 0 ? low : note;
}

}  // namespace crema::scan
