// How near a project's code comes to a vulnerability, in levels that say what was looked at.
#pragma once

#include "crema/scan/deps/dependency_hit.h"
#include "crema/scan/deps/import_graph.h"

namespace crema::scan {

// Of a hit in a Go project. `not imported` is only said where everything that could import it was
// read.
ReachAnswer reach_of(const DependencyHit& hit, const ImportGraph& graph, const GoTarget& target);

}  // namespace crema::scan
