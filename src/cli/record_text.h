// Recorded runs as text and as JSON.
#pragma once

#include "crema/evidence/style.h"
#include "crema/store/store.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace crema::cli {

std::string state_glyph(store::RunState state, const evidence::Style& style);
// Cut or filled to a width in cells.
std::string padded(std::string_view text, std::size_t width);
std::string age_text(std::chrono::nanoseconds age);  // "3 min ago"
std::string time_text(evidence::Time time);          // RFC 3339, UTC

nlohmann::ordered_json run_json(const store::RunRecord& run, bool whole);

}  // namespace crema::cli
