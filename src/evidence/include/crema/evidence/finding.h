// Something a scanner or a linter found, in one model for all of them (SARIF's result, in short).
#pragma once

#include "crema/base/diagnostic.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::evidence {

enum class FindingSeverity : std::uint8_t { note, low, medium, high, critical };
std::string_view to_text(FindingSeverity severity);
std::optional<FindingSeverity> finding_severity(std::string_view text);

enum class FindingState : std::uint8_t { fresh, known, suppressed };  // "new" is a word of C++
std::string_view to_text(FindingState state);  // "new", "known", "suppressed"

struct FindingLocation {
  std::string path;                                                  // relative to the repository
  std::uint32_t line = 0, column = 0, end_line = 0, end_column = 0;  // from 1; 0: not told
  std::string message;                                               // why this place is named
};

struct Suppression {
  std::string by;      // the file or comment that says so, or a person
  std::string reason;  // "" where none is given
  std::string until;   // "2026-12-31"; "" for good
};

struct Finding {
  std::string rule;                  // the scanner's id
  std::string rule_name;             // "Double open"
  std::vector<std::string> aliases;  // CWE-79, CVE-2024-1, ids of other tools
  FindingSeverity severity = FindingSeverity::medium;
  std::string scanner;  // "gosec"
  std::string message;
  std::string help;                        // what to do about it; "" where nobody says
  std::string help_uri;                    // where to read on
  std::vector<FindingLocation> locations;  // the first one is where it is
  std::string fingerprint;                 // stable when lines move; "" where there is none
  FindingState state = FindingState::fresh;
  std::vector<Suppression> suppressions;
};

}  // namespace crema::evidence
