// Tails and quantiles of the normal and of Student's t distribution.
#pragma once

namespace crema::load {

// The probability of more than `z`; of more than `t` with `degrees` of freedom (above 0).
double normal_tail(double z);
double student_tail(double t, double degrees);

// Beyond which only `tail` (0 to 1) remains; infinite where nothing does.
double normal_quantile(double tail);
double student_quantile(double tail, double degrees);

}  // namespace crema::load
