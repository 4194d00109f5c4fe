// LCOV's tracefiles (`man geninfo`): what gcov, c8, istanbul, coverage.py and many others write.
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"
#include "crema/evidence/coverage.h"
#include "crema/evidence/report_root.h"

#include <string>

namespace crema::evidence {

// Reads both forms of functions (FN and FNDA; FNL and FNA since LCOV 2.2). Sections of several
// tests are added up. A line is a block of one statement, the branches of a line are one
// CoverageBranch. Fails with "evidence/lcov" and the line.
Result<Coverage> read_lcov(const SourcePtr& source, const ReportRoot& root = {});

// With FN and FNDA, which every reader knows. Of a line with several blocks the count of the one
// that ran most is written; of a branch that it was taken, not how often.
std::string lcov_text(const Coverage& coverage);

}  // namespace crema::evidence
