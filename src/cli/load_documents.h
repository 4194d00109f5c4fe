// What the load runs of a run have measured second by second, each with what it is compared with.
#pragma once

#include "crema/evidence/record.h"
#include "crema/report/material.h"
#include "crema/store/store.h"

#include <span>
#include <vector>

namespace crema::cli {

// One for each load run that names a document the run's artifacts have. A run that was not held
// against another when it was made is held against the newest before it with a test of the same
// script.
Result<std::vector<report::LoadDocument>> load_documents(store::Store& store,
                                                         const store::RunRecord& run,
                                                         std::span<const evidence::Record> records);

}  // namespace crema::cli
