// What all scans of a history end with: order, fingerprints, the facts of commits.
#pragma once

#include "git.h"

#include "crema/scan/history/history_scan.h"

#include <string_view>
#include <unordered_map>

namespace crema::scan {

using CommitOrder = std::unordered_map<ObjectId, std::size_t, ObjectIdHash>;

// Sorts by commit and place, numbers equal findings, and reads what the commits say.
void finish(git_repository* repository, const CommitOrder& order, HistoryScan& result);

// The first place of a finding; none of its own where it is about nothing in a file.
const evidence::FindingLocation& place_of(const Found& found);

// The text between a location's two ends; its line where it has no end.
std::string_view text_at(std::string_view text, const evidence::FindingLocation& place);

}  // namespace crema::scan
