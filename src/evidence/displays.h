// The displays, one file each; display.cc chooses.
#pragma once

#include "crema/evidence/display.h"
#include "crema/evidence/run_view.h"

#include <memory>

namespace crema::evidence {

std::unique_ptr<RunListener> make_live_tree(DisplayOptions options);
std::unique_ptr<RunListener> make_plain_log(DisplayOptions options);
std::unique_ptr<RunListener> make_json_events(DisplayOptions options);

// The final summary: what failed with its last lines, the time of each job, the critical path,
// artifacts, what could not equal GitHub here, and where to look next.
std::string run_summary(const RunView& view, const Style& style, std::size_t columns);

// "✓ unit (orders)  12.3s", the one line a finished job gets.
std::string finished_job_line(const JobView& job, const Style& style, std::size_t name_width);

}  // namespace crema::evidence
