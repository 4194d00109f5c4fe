// Keeps the store from growing for ever.
#pragma once

#include "crema/store/store.h"

#include <filesystem>
#include <stop_token>

namespace crema::store {

// Forgets ended runs beyond the newest `keep`: their files first, their records last, so that what
// a stop or a kill interrupts is finished the next time. Uses a connection of its own.
Result<> prune_runs(const std::filesystem::path& folder, std::size_t keep,
                    const std::stop_token& stop);

// Says in a run's record that pruning failed.
Result<> note_prune_failure(const std::filesystem::path& folder, RunNumber run,
                            const Diagnostic& why);

}  // namespace crema::store
