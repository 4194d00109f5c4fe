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

// Whether the text calls success, failure, always or cancelled.
bool calls_status_function(const expr::Expression& expression);

}  // namespace crema::workflow
