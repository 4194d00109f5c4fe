// Says in one sentence why a condition came out as it did, from the trace of its evaluation.
#pragma once

#include "crema/expr/expression.h"

#include <string>
#include <string_view>
#include <vector>

namespace crema::workflow {

// A value as a sentence shows it: 'text', 12, null, an object.
std::string shown(const expr::Value& value);

// The part of a false `a && b && c` that made it false, or the whole; nullptr for a literal.
const expr::TraceEntry* falsifying_part(const std::vector<expr::TraceEntry>& trace);

// "`github.ref == 'x'` is false (github.ref is 'y')".
std::string explain_part(const std::vector<expr::TraceEntry>& trace, const expr::TraceEntry& part);

// Whether the author's own text names a status function; else the parser put `success() &&` before.
bool named_by_author(std::string_view source);

// The trace without the `success() &&` that the author did not write and that holds.
std::vector<expr::TraceEntry> as_written(std::vector<expr::TraceEntry> trace,
                                         std::string_view source);

}  // namespace crema::workflow
