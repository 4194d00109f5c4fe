#include "crema/evidence/finding.h"

#include "crema/base/strings.h"

#include <array>

namespace crema::evidence {
namespace {

constexpr std::array<std::string_view, 5> kSeverities = {"note", "low", "medium", "high",
                                                         "critical"};
constexpr std::array<std::string_view, 4> kConfidences = {"", "low", "medium", "high"};
constexpr std::array<std::string_view, 5> kReaches = {"", "not-imported", "imported", "mentioned",
                                                      "called"};

template <typename Enum, std::size_t N>
std::optional<Enum> value_of(const std::array<std::string_view, N>& names, std::string_view text) {
  for (std::size_t i = 0; i < N; ++i)
    if (equals_ignore_case(text, names[i])) return static_cast<Enum>(i);
  return std::nullopt;
}

}  // namespace

std::string_view to_text(FindingSeverity severity) {
  return kSeverities[static_cast<std::size_t>(severity)];
}

std::optional<FindingSeverity> finding_severity(std::string_view text) {
  return value_of<FindingSeverity>(kSeverities, text);
}

std::string_view to_text(Confidence confidence) {
  return kConfidences[static_cast<std::size_t>(confidence)];
}

std::optional<Confidence> confidence_of(std::string_view text) {
  return value_of<Confidence>(kConfidences, text);
}

std::string_view to_text(Reach reach) { return kReaches[static_cast<std::size_t>(reach)]; }

std::optional<Reach> reach_of(std::string_view text) { return value_of<Reach>(kReaches, text); }

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
