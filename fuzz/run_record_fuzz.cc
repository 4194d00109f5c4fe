// Feeds any bytes to the reader of runs' records, as a file and as what is in one. What was written
// from what was read is read the same, and is compared without a crash.
#include "crema/load/compare/series_file.h"
#include "crema/load/compare/verdict.h"
#include "crema/load/compare/verdict_text.h"

#include <zstd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const std::string& bytes) {
  const auto first = crema::load::read_run_record(bytes, "fuzz");
  if (!first) return;
  const auto again = crema::load::run_record_bytes(*first);
  const auto second = crema::load::read_run_record(again, "fuzz");
  // Facts may be no numbers, which equal nothing; their bytes do.
  require(second.has_value() && crema::load::run_record_bytes(*second) == again);
  crema::load::CompareSettings settings;
  settings.bootstrap.resamples = 100;
  settings.bootstrap.block_seconds = first->block_seconds;
  const auto comparison = crema::load::compare_runs(*first, *second, settings);
  if (comparison) require(!crema::load::comparison_json(*comparison).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  check(bytes);
  // A frame with a checksum is beyond mutation, so the inside is wrapped here.
  std::string file = "CREMARUN\x01";
  std::string frame(ZSTD_compressBound(size), '\0');
  frame.resize(ZSTD_compress(frame.data(), frame.size(), bytes.data(), size, 1));
  check(file + frame);
  return 0;
}
