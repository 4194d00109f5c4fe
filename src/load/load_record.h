// A load test as evidence: what the gate, the report and later runs are held against.
#pragma once

#include "crema/evidence/record.h"
#include "crema/load/compare/series.h"
#include "crema/load/metrics/collector.h"
#include "crema/load/metrics/threshold.h"

#include <chrono>
#include <string>

namespace crema::load {

struct LoadRecordFacts {
  const Collector& collector;
  const Builtins& builtins;
  const ThresholdSet& thresholds;
  std::chrono::nanoseconds duration;  // of the scenarios, without setup and teardown
  std::string script;
  const RunRecord& measured;
};

evidence::LoadRun load_record(const LoadRecordFacts& facts);

}  // namespace crema::load
