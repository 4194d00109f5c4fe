// A test second by second, with the facts of its machine: what later runs are compared with.
#pragma once

#include "generator_watch.h"

#include "crema/load/compare/series.h"
#include "crema/load/metrics/collector.h"
#include "crema/sys/host.h"

#include <string>

namespace crema::load {

struct RunSeriesFacts {
  const Collector& collector;
  const Builtins& builtins;
  sys::WallTime begin;  // of the scenarios
  sys::WallTime end;
  GeneratorFacts generator;
  std::string script_hash;
};

// Seconds that the scenarios did not fill are left out: they would be slow ones. The commit is for
// whoever knows it.
RunRecord run_series(const RunSeriesFacts& facts);

// One second as a block. Buckets of milliseconds become buckets of nanoseconds, with an error of
// 0.2 % in all.
TimeBlock block_of(const Second& second);

}  // namespace crema::load
