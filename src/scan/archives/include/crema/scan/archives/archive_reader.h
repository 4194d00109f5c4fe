// Archives and compressed files as the files within, one after the other, in memory (libarchive).
#pragma once

#include "crema/base/result.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace crema::scan {

struct ArchiveLimits {
  std::uint64_t largest_file = std::uint64_t{64} << 20U;
  std::uint64_t most_bytes = std::uint64_t{512} << 20U;  // of all files, unpacked
  std::size_t most_files = 100'000;
};

// Whether a file is an archive or compressed, by its name.
bool is_archive(std::string_view path);

struct ArchivedFile {
  std::string path;  // within the archive; of a compressed file its name without ".gz"
  std::string bytes;
  std::string not_read;  // why there are no bytes; "" where there are
};

// Calls `on_file` for each regular file. Errors are "archive/damaged" (also where it is no archive
// after all), "archive/too-large" and "archive/too-many": what came before was told.
Result<> read_archive(std::string_view path, std::string_view bytes, const ArchiveLimits& limits,
                      const std::function<void(ArchivedFile)>& on_file);

}  // namespace crema::scan
