// A file's bytes as they lie in the page cache: nothing is read before it is looked at.
#pragma once

#include "crema/base/result.h"

#include <filesystem>
#include <string_view>

namespace crema::sys {

// Whoever replaces such a file must rename another one over it: one that is cut short under a map
// ends its reader.
class MappedFile {
 public:
  // Errors are "sys/cannot-read" with the system's reason.
  static Result<MappedFile> open(const std::filesystem::path& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();
  std::string_view bytes() const { return bytes_; }

 private:
  explicit MappedFile(std::string_view bytes) : bytes_(bytes) {}
  std::string_view bytes_;
};

}  // namespace crema::sys
