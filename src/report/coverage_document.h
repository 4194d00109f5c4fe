// Coverage in a report: totals in the document, and for each file a part with its lines, functions
// and source, which the page asks for when somebody looks at it.
#pragma once

#include "page_writer.h"

#include "crema/report/material.h"

#include <string>
#include <vector>

namespace crema::report {

inline constexpr std::uint64_t kMostSourceBytes = 64 * 1024 * 1024;
inline constexpr std::uint64_t kLargestSource = 2 * 1024 * 1024;

enum class SourceState : std::uint8_t {
  same,      // as it was measured
  changed,   // changed since
  missing,   // not there any more
  left_out,  // the report would become too large
};
std::string_view to_text(SourceState state);

// Where the sources of all files are, in their order.
std::vector<SourceState> source_states(const Material& material);

// "null" where nothing was measured.
std::string coverage_json(const Material& material, const std::vector<SourceState>& sources);
// Parts "source-N", N being the place of the file, and "functions".
void write_sources(PageWriter& page, const Material& material,
                   const std::vector<SourceState>& sources);

}  // namespace crema::report
