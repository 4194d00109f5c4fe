// Tar files in memory: ustar (POSIX.1-1988), names of pax (POSIX.1-2001) and of GNU tar.
#pragma once

#include "crema/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crema::load {

enum class TarKind : std::uint8_t { file, folder, hard_link, other };

struct TarEntry {
  TarKind kind = TarKind::file;
  std::string name;
  std::string target;      // of a hard link
  std::string_view bytes;  // of a file; they stand in the tar file itself
};

// Fails with "load/archive" where it is no tar file, is cut off, or has more than 100,000 entries.
// Where the two blocks of zeros that end it are missing, the end of the bytes is the end.
Result<std::vector<TarEntry>> read_tar(std::string_view bytes);

// Adds the entry to `tar`: mode 0644 (folders 0755), owner 0, time 0. Names that have no room in
// the header get one of pax.
void append_tar(std::string& tar, const TarEntry& entry);
void end_tar(std::string& tar);

}  // namespace crema::load
