// The file of a run's series: binary, compressed, with a version; read within bounds.
#pragma once

#include "crema/base/result.h"
#include "crema/load/compare/series.h"

#include <string>
#include <string_view>

namespace crema::load {

// Eight bytes ("CREMARUN"), a version in one byte, and a zstd frame with a checksum. In it, all
// integers are LEB128, all fractions IEEE 754 in little endian, texts have their length before
// them, and a bucket is the distance of its key to the one before and its count.
// Texts have up to 4,096 bytes and counts of a block stay below 2^36, or no reader takes them.
std::string run_record_bytes(const RunRecord& record);

// `name` is what errors call the file. Errors are "run-record/format" (no such file, or another
// version) and "run-record/damaged" (with the offset of what makes no sense, in the decompressed
// bytes). A file asks for no more than about 512 MB, whatever it says.
Result<RunRecord> read_run_record(std::string_view bytes, std::string_view name);

}  // namespace crema::load
