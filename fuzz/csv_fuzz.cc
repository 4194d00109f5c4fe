// Feeds rows to the reader of k6/experimental/csv: the first byte is the delimiter. All rows have
// as many fields as the first.
#include "csv_reader.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace crema::load;
  if (size == 0) return 0;
  CsvReader reader({reinterpret_cast<const char*>(data) + 1, size - 1}, static_cast<char>(data[0]));
  std::size_t fields = 0;
  while (true) {
    const auto row = reader.next();
    if (!row) {
      if (row.error().message.empty()) std::abort();
      return 0;
    }
    if (!*row) return 0;
    if (fields != 0 && (*row)->size() != fields) std::abort();
    fields = (*row)->size();
    if (fields == 0) std::abort();
  }
}
