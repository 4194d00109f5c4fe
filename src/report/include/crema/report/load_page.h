// The page of one load test alone: live while it runs, or as a file when it has ended.
#pragma once

#include "crema/base/result.h"
#include "crema/evidence/event.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace crema::report {

struct LoadPage {
  std::string title;    // "crema load run script.js"
  std::string version;  // crema's
  evidence::Time generated;
  std::string document;  // what was measured, as docs/load.md has it
  std::string baseline;  // what it is compared with, likewise; "" for nothing
};

// HTML that asks its own server for events "state", "second" and "baseline" at /events; the
// document and the baseline are not in it.
std::string live_load_page(const LoadPage& page);
// Gives the file's size. A file that is there is replaced at once, when the new one is whole.
Result<std::uint64_t> write_load_page(const std::filesystem::path& file, const LoadPage& page);

}  // namespace crema::report
