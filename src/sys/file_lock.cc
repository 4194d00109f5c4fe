#include "crema/sys/file_lock.h"

#include "crema/sys/disk_error.h"
#include "crema/sys/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace crema::sys {
namespace {

int operation(FileLock::Mode mode) { return mode == FileLock::Mode::shared ? LOCK_SH : LOCK_EX; }

bool lock(int file, int how) {
  int result = 0;
  do {
    result = ::flock(file, how);
  } while (result != 0 && errno == EINTR);
  return result == 0;
}

}  // namespace

Result<int> FileLock::open(const std::filesystem::path& file) {
  CREMA_TRY(make_directories(file.parent_path()));
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) return fail(disk_error("sys/lock", "write", file, errno));
  return descriptor;
}

Result<FileLock> FileLock::wait(const std::filesystem::path& file, Mode mode) {
  FileLock held(CREMA_TRY(open(file)));
  if (!lock(held.file_, operation(mode))) return fail(disk_error("sys/lock", "lock", file, errno));
  return held;
}

Result<std::optional<FileLock>> FileLock::attempt(const std::filesystem::path& file, Mode mode) {
  FileLock held(CREMA_TRY(open(file)));
  if (lock(held.file_, operation(mode) | LOCK_NB)) return std::optional(std::move(held));
  if (errno == EWOULDBLOCK) return std::optional<FileLock>();
  return fail(disk_error("sys/lock", "lock", file, errno));
}

FileLock::FileLock(FileLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(file_, other.file_);
  return *this;
}

FileLock::~FileLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace crema::sys
