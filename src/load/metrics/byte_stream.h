// Where the text of an output goes: a file, one that is compressed because its name ends in .gz, or
// standard output.
#pragma once

#include "crema/base/result.h"

#include <memory>
#include <string>
#include <string_view>

namespace crema::load {

class ByteStream {
 public:
  virtual ~ByteStream() = default;
  virtual Result<> write(std::string_view bytes) = 0;
  virtual Result<> close() = 0;  // once; writes what is still held
};

// "" and "-" are standard output. Both here and later it fails with "load/output" and the reason of
// the system.
Result<std::unique_ptr<ByteStream>> open_stream(const std::string& path);

}  // namespace crema::load
