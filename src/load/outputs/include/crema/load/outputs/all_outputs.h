// Where the samples of a load test can go: files, and servers that are told every few seconds.
#pragma once

#include "crema/load/metrics/output.h"

#include <span>

namespace crema::load {

// The rows of make_output() for -o: those of file_outputs() and those that send. A row that this
// program does not have, but k6 has, says so when it is made.
std::span<const OutputKind> all_outputs();

}  // namespace crema::load
