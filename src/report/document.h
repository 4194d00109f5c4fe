// The one document of a report, as docs/report.md describes it: everything but logs, sources and
// pictures, which are parts of the page beside it.
#pragma once

#include "page_writer.h"

#include "crema/report/material.h"

#include <string_view>

namespace crema::report {

inline constexpr std::uint64_t kMostTestOutput = 16 * 1024 * 1024;

// Members that others have made, as JSON.
struct Members {
  std::string_view coverage, media;
};

void write_document(PageWriter& page, const Material& material, const Members& members);

}  // namespace crema::report
