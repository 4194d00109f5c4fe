#include "crema/evidence/finding.h"

#include "crema/base/strings.h"

#include <array>

namespace crema::evidence {
namespace {

constexpr std::array<std::string_view, 5> kSeverities = {"note", "low", "medium", "high",
                                                         "critical"};

}  // namespace

std::string_view to_text(FindingSeverity severity) {
  return kSeverities[static_cast<std::size_t>(severity)];
}

std::optional<FindingSeverity> finding_severity(std::string_view text) {
  for (std::size_t i = 0; i < kSeverities.size(); ++i) {
    if (equals_ignore_case(text, kSeverities[i])) return static_cast<FindingSeverity>(i);
  }
  return std::nullopt;
}

std::string_view to_text(FindingState state) {
  switch (state) {
    case FindingState::fresh:
      return "new";
    case FindingState::known:
      return "known";
    case FindingState::suppressed:
      return "suppressed";
  }
  return "";
}

}  // namespace crema::evidence
