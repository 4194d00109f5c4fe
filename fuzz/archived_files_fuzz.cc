// Archives of every kind within small limits: the first byte chooses the name.
#include "crema/scan/archives/archive_reader.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace crema::scan;
  constexpr const char* kNames[] = {"a.zip", "a.tar", "a.tar.gz", "a.gz", "a.xz", "a.zst", "a.7z"};
  if (size == 0) return 0;
  const ArchiveLimits limits{.largest_file = 1 << 16, .most_bytes = 1 << 18, .most_files = 64};
  std::size_t bytes = 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  (void)read_archive(kNames[data[0] % std::size(kNames)], text, limits, [&](ArchivedFile file) {
    bytes += file.bytes.size();
    if (file.bytes.size() > limits.largest_file || bytes > limits.most_bytes) std::abort();
  }).has_value();
  return 0;
}
