// The language's order of values; its equality is Value::equals.
#pragma once

#include "crema/expr/value.h"

namespace crema::expr {

// The language's <: false wherever the two have no order (NaN, collections, null and null).
bool less_than(const Value& left, const Value& right);

}  // namespace crema::expr
