// Feeds bytes to the reader of archives; what it reads must be written and read again as it was.
#include "crema/load/archive.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace crema::load;
  const auto read = read_archive({reinterpret_cast<const char*>(data), size});
  if (!read) {
    if (read.error().message.empty()) std::abort();
    return 0;
  }
  const auto written = write_archive(*read);
  if (!written) return 0;
  const auto again = read_archive(*written);
  if (!again || again->files.size() != read->files.size() || again->script != read->script)
    std::abort();
  return 0;
}
