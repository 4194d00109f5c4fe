// Files: whole reads and atomic writes, tree copies by reflink, temporary folders.
#pragma once

#include "crema/base/result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace crema::sys {

// Reads a whole file. Fails with "sys/cannot-read" and the system's reason.
Result<std::string> read_file(const std::filesystem::path& path);
Result<> write_file(const std::filesystem::path& path, std::string_view bytes);
// Written beside it, synced and renamed: readers see the old or the new file, never a part.
Result<> write_file_atomically(const std::filesystem::path& path, std::string_view bytes);
Result<> append_file(const std::filesystem::path& path, std::string_view bytes);
Result<> make_directories(const std::filesystem::path& path);
// Removes a tree, read-only folders in it included (Go's module cache has them). Never follows
// links.
Result<> remove_tree(const std::filesystem::path& path);

struct CopyCount {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  bool reflinked = false;
};
// Copies a tree with modes, times and symbolic links; shares blocks (FICLONE) where the file system
// can, else copy_file_range. `skip` is asked with each path relative to `from`.
Result<CopyCount> copy_tree(const std::filesystem::path& from, const std::filesystem::path& to,
                            const std::function<bool(const std::filesystem::path&)>& skip = {});

// A folder of its own, removed with everything in it when this object goes.
class TemporaryDirectory {
 public:
  static Result<TemporaryDirectory> create(const std::filesystem::path& parent,
                                           std::string_view prefix);
  TemporaryDirectory() = default;  // none: its path is empty
  TemporaryDirectory(TemporaryDirectory&& other) noexcept;
  TemporaryDirectory& operator=(TemporaryDirectory&& other) noexcept;
  ~TemporaryDirectory();
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace crema::sys
