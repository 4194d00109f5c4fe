// Evidence that a step's processes leave in files of the folder $CREMA_EVIDENCE: records as JSON
// (docs/evidence.md), one a line, and reports of other tools in any format that is known. They
// belong to the step's run, job and step.
#pragma once

#include "crema/base/result.h"
#include "crema/evidence/record.h"

#include <filesystem>

namespace crema::run {

struct StepFrame;

// The step's own folder below the job's temporary one; whoever has evidence makes it.
std::filesystem::path evidence_folder(const StepFrame& frame);

// What crema itself has found in a step, masked.
Result<> keep_evidence(const StepFrame& frame, evidence::Evidence one);

// Keeps what is there, masked, and removes it. What cannot be read is said in the step's log.
void collect_evidence(StepFrame& frame);

}  // namespace crema::run
