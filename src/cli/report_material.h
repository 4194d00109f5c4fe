// What a report of a run is made of, with what the store does not know: the gate, what is covered,
// what has changed since.
#pragma once

#include "project.h"
#include "run_choice.h"

#include "crema/report/material.h"

namespace crema::cli {

// What could not be found out is a note of the material; fails where the run cannot be read.
Result<report::Material> report_material(const sys::Host& host, const Project& project,
                                         const OpenedRun& opened);

}  // namespace crema::cli
