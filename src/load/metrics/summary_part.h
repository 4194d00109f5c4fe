// The scenarios and groups of a full summary, each with what it measured.
#pragma once

#include "crema/load/metrics/collector.h"

#include <string>
#include <utility>
#include <vector>

namespace crema::load {

struct SummaryPart {
  std::string name;
  std::vector<std::pair<const Metric*, Sink>> metrics;  // by name
  std::vector<Check> checks;                            // in the order in which they came
  std::vector<SummaryPart> groups;                      // so too
};

// Scenarios that have a name of their own, by name, each with its groups; as k6, what happened in a
// group counts for that group and the scenario, and not for the groups around it.
std::vector<SummaryPart> scenario_parts(const Collector& collector);
// The groups of the scenario "default".
std::vector<SummaryPart> default_group_parts(const Collector& collector);

}  // namespace crema::load
