// Writes a run down as it happens.
#pragma once

#include "crema/store/store.h"
#include "crema/sys/file_lock.h"

#include <filesystem>
#include <memory>

namespace crema::store {

// `fresh` is false when an ended run goes on: what its steps said before is then replaced.
Result<std::unique_ptr<RunRecorder>> make_recorder(const std::filesystem::path& folder,
                                                   RunNumber number, sys::FileLock lease,
                                                   bool fresh);

// The file whose lock the crema that runs a run holds.
std::filesystem::path lease_of(const std::filesystem::path& folder, RunNumber run);

// Where a step's log is.
std::filesystem::path log_file(const std::filesystem::path& folder, RunNumber run,
                               evidence::JobIndex job, evidence::StepIndex step);

std::int64_t to_microseconds(evidence::Time time);
evidence::Time from_microseconds(std::int64_t microseconds);

}  // namespace crema::store
