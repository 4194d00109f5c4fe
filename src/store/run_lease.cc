#include "run_lease.h"

#include "crema/sys/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace crema::store {

Result<std::optional<RunLease>> RunLease::take(const std::filesystem::path& folder,
                                               RunNumber number) {
  const auto place = folder / "runs" / std::to_string(number);
  CREMA_TRY(sys::make_directories(place));
  const int file = ::open((place / "lease").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0)
    return fail("store/lease",
                "cannot write " + (place / "lease").string() + ": " + std::strerror(errno));
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    ::close(file);
    return std::optional<RunLease>();
  }
  return std::optional<RunLease>(RunLease(file));
}

RunLease::RunLease(RunLease&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

RunLease& RunLease::operator=(RunLease&& other) noexcept {
  std::swap(file_, other.file_);
  return *this;
}

RunLease::~RunLease() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace crema::store
