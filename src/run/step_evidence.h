// Evidence that a step's processes leave: records as JSON (docs/evidence.md), one a line, in files
// of the folder $CREMA_EVIDENCE. They belong to the step's run, job and step.
#pragma once

#include <filesystem>

namespace crema::run {

struct StepFrame;

// The step's own folder below the job's temporary one; whoever has evidence makes it.
std::filesystem::path evidence_folder(const StepFrame& frame);

// Keeps what is there, masked, and removes it. What is no record is said in the step's log.
void collect_evidence(StepFrame& frame);

}  // namespace crema::run
