// Which findings are one thing to do: the same advisory in twenty modules, the same secret in five
// files, the same mistake that two scanners name differently.
#pragma once

#include "crema/scan/core/fingerprint.h"

#include <cstddef>
#include <span>

namespace crema::scan {

// Gives findings that belong together the same incident; one that stands alone keeps "". Together
// are
// - findings that name the same advisory, by any of its names;
// - findings that bring the same incident with them (the same value of a secret);
// - a secret, and what another scanner says of credentials (CWE-798, CWE-312) in its lines;
// - findings of one place whose rules are each other's names (`CKV_K8S_16` of an imported report).
void set_incidents(std::span<Found> all);

// How many things to do these are: incidents, and findings that stand alone. What is suppressed is
// left out.
std::size_t count_incidents(std::span<const Found> all);

}  // namespace crema::scan
