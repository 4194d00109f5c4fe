// Locks on files that the kernel lets go when their process is gone, however it went: the lease of
// a run, and the use of a folder that a clean-up must not touch meanwhile.
#pragma once

#include "crema/base/result.h"

#include <filesystem>
#include <optional>

namespace crema::sys {

class FileLock {
 public:
  enum class Mode { shared, exclusive };

  // The file and its folder are made where they are missing.
  static Result<FileLock> wait(const std::filesystem::path& file, Mode mode);
  // nullopt when somebody else, in this process or another, holds it in a way that excludes `mode`.
  static Result<std::optional<FileLock>> attempt(const std::filesystem::path& file, Mode mode);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int file) : file_(file) {}
  static Result<int> open(const std::filesystem::path& file);
  int file_;
};

}  // namespace crema::sys
