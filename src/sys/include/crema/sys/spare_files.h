// Empty files made ahead of their use, by a thread beside the work: making a file can cost a file
// system more than everything that is then written to it.
#pragma once

#include "crema/base/result.h"
#include "crema/sys/descriptor.h"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

namespace crema::sys {

// Safe to use from several threads.
class SpareFiles {
 public:
  // `folder` is made when it is needed and must be on the file system of the files asked for.
  explicit SpareFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}
  ~SpareFiles();  // removes the folder

  // Makes `file`, empty and open for writing, in place of one of that name. The first few are made
  // at once; who needs more finds them ready. Fails as open(2) does: not open, and errno says why.
  Descriptor make(const std::filesystem::path& file);
  Result<> write(const std::filesystem::path& file, std::string_view bytes);

 private:
  struct Spare {
    std::filesystem::path path;
    Descriptor file;
  };
  void make_ahead(const std::stop_token& stop);

  const std::filesystem::path folder_;
  std::mutex mutex_;
  std::condition_variable_any wanted_;
  std::vector<Spare> ready_;
  bool low_ = true;  // more are to be made
  std::size_t asked_ = 0;
  std::uint64_t count_ = 0;
  std::jthread maker_;  // last: it uses the rest
};

}  // namespace crema::sys
