#include "crema/sys/files.h"

#include "crema/sys/descriptor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace crema::sys {
namespace {

namespace fs = std::filesystem;

Diagnostic file_error(std::string code, std::string_view verb, const fs::path& path, int number) {
  return make_error(std::move(code), "cannot " + std::string(verb) + " " + path.string() + ": " +
                                         std::strerror(number));
}

bool write_whole(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Result<> write_with(const fs::path& path, std::string_view bytes, int flags) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644));
  if (!file.open() || !write_whole(file.get(), bytes))
    return fail(file_error("sys/cannot-write", "write", path, errno));
  return {};
}

}  // namespace

Result<std::string> read_file(const fs::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.open()) return fail(file_error("sys/cannot-read", "read", path, errno));
  struct stat facts{};
  ::fstat(file.get(), &facts);
  if (S_ISDIR(facts.st_mode)) return fail(file_error("sys/cannot-read", "read", path, EISDIR));
  std::string text;
  text.resize(static_cast<std::size_t>(facts.st_size));
  std::size_t size = 0;
  while (true) {
    // One byte more than the size tells the end without another round for ordinary files.
    if (size == text.size()) text.resize(size + 4096);
    const auto got = ::read(file.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(file_error("sys/cannot-read", "read", path, errno));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  return text;
}

Result<> write_file(const fs::path& path, std::string_view bytes) {
  return write_with(path, bytes, O_TRUNC);
}

Result<> append_file(const fs::path& path, std::string_view bytes) {
  return write_with(path, bytes, O_APPEND);
}

Result<> write_file_atomically(const fs::path& path, std::string_view bytes) {
  static std::atomic<unsigned> counter{0};
  const fs::path beside =
      path.string() + ".new" + std::to_string(::getpid()) + "." + std::to_string(counter++);
  CREMA_TRY(write_with(beside, bytes, O_TRUNC));
  const Descriptor file(::open(beside.c_str(), O_RDONLY | O_CLOEXEC));
  ::fsync(file.get());
  if (::rename(beside.c_str(), path.c_str()) != 0) {
    const int why = errno;
    ::unlink(beside.c_str());
    return fail(file_error("sys/cannot-write", "write", path, why));
  }
  return {};
}

Result<> make_directories(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error)
    return fail(file_error("sys/cannot-make-directory", "make the folder", path, error.value()));
  return {};
}

Result<> remove_tree(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (!error) return {};
  // Read-only folders, such as Go's module cache makes, keep their entries from going.
  for (auto entry = fs::recursive_directory_iterator(
           path, fs::directory_options::skip_permission_denied, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_directory(ignored) && !entry->is_symlink(ignored)) {
      fs::permissions(entry->path(), fs::perms::owner_all, fs::perm_options::add, ignored);
    }
  }
  fs::permissions(path, fs::perms::owner_all, fs::perm_options::add, error);
  fs::remove_all(path, error);
  if (error) return fail(file_error("sys/cannot-remove", "remove", path, error.value()));
  return {};
}

Result<TemporaryDirectory> TemporaryDirectory::create(const fs::path& parent,
                                                      std::string_view prefix) {
  std::string pattern = (parent / (std::string(prefix) + "XXXXXX")).string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    return fail(file_error("sys/cannot-make-directory", "make a folder in", parent, errno));
  }
  return TemporaryDirectory(pattern);
}

TemporaryDirectory::TemporaryDirectory(TemporaryDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

TemporaryDirectory& TemporaryDirectory::operator=(TemporaryDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

TemporaryDirectory::~TemporaryDirectory() {
  if (!path_.empty()) (void)remove_tree(path_).has_value();
}

}  // namespace crema::sys
