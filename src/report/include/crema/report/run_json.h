// A recorded run as JSON: what `crema show --format json` prints, and a report holds.
#pragma once

#include "crema/store/store.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace crema::report {

std::string time_text(evidence::Time time);  // RFC 3339, UTC, to the millisecond

// `whole` adds jobs with their steps, annotations, summaries, artifacts and remarks.
nlohmann::ordered_json run_json(const store::RunRecord& run, bool whole);

}  // namespace crema::report
