// Exact arithmetic with fractions; what does not fit into 62 bits is an error.
#pragma once

#include "crema/load/schedule/segment.h"

namespace crema::load {

Result<Fraction> fraction(std::int64_t numerator, std::int64_t denominator);
Result<Fraction> add(const Fraction& a, const Fraction& b);
Result<Fraction> subtract(const Fraction& a, const Fraction& b);
Result<Fraction> multiply(const Fraction& a, const Fraction& b);

}  // namespace crema::load
