// Recorded runs as text.
#pragma once

#include "crema/evidence/style.h"
#include "crema/report/run_json.h"
#include "crema/store/store.h"

#include <string>

namespace crema::cli {

std::string state_glyph(store::RunState state, const evidence::Style& style);
// Cut or filled to a width in cells.
std::string padded(std::string_view text, std::size_t width);
std::string age_text(std::chrono::nanoseconds age);  // "3 min ago"
using report::run_json;
using report::time_text;

}  // namespace crema::cli
