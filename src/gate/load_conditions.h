// What a policy demands of one load run.
#pragma once

#include "crema/evidence/record.h"
#include "crema/gate/policy.h"
#include "crema/gate/verdict.h"

#include <utility>
#include <vector>

namespace crema::gate {

// Rows, and whether each is fulfilled. `baseline` is the run it is compared with, or null;
// `comparison` decides in the place of bare numbers where it can, and is null without records.
std::vector<std::pair<Row, bool>> load_conditions(const evidence::LoadRun& run,
                                                  const evidence::LoadRun* baseline,
                                                  const LoadComparison* comparison,
                                                  const Policy& policy);

}  // namespace crema::gate
