// A report as one HTML file that needs nothing beside it: no server, no network.
#pragma once

#include "crema/report/material.h"

#include <cstdint>
#include <filesystem>

namespace crema::report {

// Writes it, with the logs and artifacts of the run from the store, and gives its size. A file that
// is there is replaced at once, when the new one is whole.
Result<std::uint64_t> write_page(const std::filesystem::path& file, store::Store& store,
                                 const Material& material);

}  // namespace crema::report
