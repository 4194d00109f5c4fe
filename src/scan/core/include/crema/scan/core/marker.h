// Comments in files that take findings back: crema's own and those of the tools whose place it
// takes, with the reach each of them has there.
//
//   crema:ignore RULE[,RULE] [until 2026-12-31] -- reason     this line, or the line above
//   gitleaks:allow                                            secrets of this line
//   checkov:skip=ID:reason, bridgecrew:skip=ID:reason         the resource around; a whole
//   Dockerfile trivy:ignore:ID[:exp:2026-12-31]                          this line, the line above,
//   the resource hadolint ignore=DL3008,DL3009; hadolint global ignore=    the next instruction;
//   the file #nosec [G101 G102] [-- reason], //gosec:disable           code of this line
//   //nolint[:gosec,...] [// reason]                          code of this line
//   nosem, nosemgrep[: id]                                    this line, or the line above
//   zizmor: ignore[rule]                                      this line
//   NOSONAR                                                   code of this line
#pragma once

#include "crema/scan/core/fingerprint.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

enum class MarkerScope : std::uint8_t { line, line_below, resource, file };

struct Marker {
  std::uint32_t line = 0;  // where it stands
  std::uint32_t code_below =
      0;             // the line that a comment alone on its line speaks of; else its own
  std::string tool;  // "checkov"
  std::vector<MarkerScope> scopes;
  std::vector<std::string> rules;  // empty: all that the tool finds
  std::string family;              // only findings of this one; "" for any
  std::string reason;
  std::string until;  // "2026-12-31"; "" for good

  friend bool operator==(const Marker&, const Marker&) = default;
};

// The words any of them begins with, to be looked for in any case.
std::span<const std::string_view> marker_words();
// Those in a text, by line. `path` tells a Dockerfile.
std::vector<Marker> find_markers(std::string_view path, std::string_view text);

// Whether the marker, in the same file, takes this finding back. A date that is over is not looked
// at here.
bool covers(const Marker& marker, const Found& found);

}  // namespace crema::scan
