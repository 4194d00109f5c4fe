// A load test as JSON for whoever draws it, while it runs and afterwards: docs/load.md has the
// members. What is written of a second never changes once it is some seconds old.
#pragma once

#include "crema/load/compare/series.h"
#include "crema/load/exit_codes.h"
#include "crema/load/metrics/collector.h"
#include "crema/load/metrics/threshold.h"
#include "crema/load/progress.h"

#include <optional>
#include <string>
#include <string_view>

namespace crema::load {

struct DocumentFacts {
  const Collector& collector;
  const Builtins& builtins;
  const ThresholdSet& thresholds;
  const Progress& progress;
  std::string_view script;
  sys::WallTime begin;  // of the scenarios
  // Of a test that has ended; none while it runs.
  const RunFacts* measured = nullptr;
  std::optional<LoadExit> exit;
};

// All but the seconds: one object.
std::string document_state(const DocumentFacts& facts);
// One second as an object; its place is counted from the second in which the scenarios began.
std::string document_second(const Second& second, sys::WallTime begin);
// The state with the whole seconds between the two.
std::string load_document(const DocumentFacts& facts, sys::WallTime end);

}  // namespace crema::load
