// Who runs a run: a lock on a file that the kernel lets go when the process is gone, however it
// went.
#pragma once

#include "crema/store/store.h"

#include <filesystem>
#include <optional>

namespace crema::store {

class RunLease {
 public:
  // nullopt when another living process holds it.
  static Result<std::optional<RunLease>> take(const std::filesystem::path& folder,
                                              RunNumber number);
  RunLease(RunLease&& other) noexcept;
  RunLease& operator=(RunLease&& other) noexcept;
  ~RunLease();

 private:
  explicit RunLease(int file) : file_(file) {}
  int file_;
};

}  // namespace crema::store
