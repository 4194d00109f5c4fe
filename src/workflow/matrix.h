// From the evaluated `matrix:` to its combinations (actions/runner MatrixBuilder).
#pragma once

#include "crema/base/result.h"
#include "crema/expr/value.h"
#include "crema/workflow/expand.h"

#include <vector>

namespace crema::workflow {

inline constexpr std::size_t kMaxInstances = 256;

// The product of the vectors, the first key varying slowest, without what `exclude` matches, with
// the values `include` adds; then the includes that matched nothing. Empty when everything was
// excluded. `index` and `total` are set.
Result<std::vector<Instance>> build_matrix(const expr::Value& matrix, const Token& written);

}  // namespace crema::workflow
