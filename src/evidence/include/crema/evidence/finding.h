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

// How sure the scanner is that it is what it looks like.
enum class Confidence : std::uint8_t { unknown, low, medium, high };
std::string_view to_text(Confidence confidence);  // "" where it is unknown
std::optional<Confidence> confidence_of(std::string_view text);

// How near the code of the repository comes to what is vulnerable in a dependency, by what was
// looked at: the weakest claim first. `unknown` is nobody's all-clear.
enum class Reach : std::uint8_t { unknown, not_imported, imported, mentioned, called };
std::string_view to_text(Reach reach);  // "", "not-imported", "imported", ...
std::optional<Reach> reach_of(std::string_view text);

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

// What makes it go away.
struct FindingFix {
  std::string text;     // for people; "" where nobody knows one
  std::string package;  // to be upgraded: "golang.org/x/crypto"
  std::string version;  // the first one without it

  friend bool operator==(const FindingFix&, const FindingFix&) = default;
};

struct Finding {
  std::string rule;                  // the scanner's id
  std::string rule_name;             // "Double open"
  std::vector<std::string> aliases;  // CWE-79, CVE-2024-1, ids of other tools
  std::string family;  // "secrets", "dependencies", "infrastructure"; "" where nobody says
  FindingSeverity severity = FindingSeverity::medium;
  Confidence confidence = Confidence::unknown;
  Reach reach = Reach::unknown;
  bool exploited = false;  // known to be used by attackers (CISA's list)
  std::string published;   // "2026-11-02": since when the world knows; "" where nobody says
  std::string scanner;     // "gosec"
  std::string message;
  std::string subject;  // what it is about, beside a place: "golang.org/x/crypto@v0.17.0"
  FindingFix fix;
  std::string help;                        // what to do about it; "" where nobody says
  std::string help_uri;                    // where to read on
  std::vector<FindingLocation> locations;  // the first one is where it is
  std::string fingerprint;                 // stable when lines move; "" where there is none
  std::string incident;  // findings with the same one are one thing to do; "" where it stands alone
  FindingState state = FindingState::fresh;
  std::vector<Suppression> suppressions;
};

}  // namespace crema::evidence
