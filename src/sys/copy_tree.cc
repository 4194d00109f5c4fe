// Copies of whole trees: blocks shared where the file system can, else copied in the kernel.
#include "crema/sys/descriptor.h"
#include "crema/sys/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <vector>

namespace crema::sys {
namespace {

namespace fs = std::filesystem;
using Skip = std::function<bool(const fs::path&)>;

class TreeCopy {
 public:
  explicit TreeCopy(const Skip& skip) : skip_(skip) {}

  Result<> folder(int from_parent, const char* from_name, int to_parent, const char* to_name,
                  const fs::path& relative) {
    const Descriptor from(::openat(from_parent, from_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    struct stat facts{};
    if (!from.open() || ::fstat(from.get(), &facts) != 0) return problem("read", relative);
    if (::mkdirat(to_parent, to_name, 0700) != 0 && errno != EEXIST)
      return problem("make", relative);
    const Descriptor to(::openat(to_parent, to_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!to.open()) return problem("make", relative);
    CREMA_TRY(entries(from.get(), to.get(), relative));
    ::fchmod(to.get(), facts.st_mode & 07777);
    set_times(to.get(), facts);
    return {};
  }

  CopyCount count;

 private:
  Result<> entries(int from, int to, const fs::path& relative) {
    DIR* listing = ::fdopendir(::dup(from));
    if (listing == nullptr) return problem("read", relative);
    Result<> result;
    while (const dirent* entry = ::readdir(listing)) {
      const char* name = entry->d_name;
      if (std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0) continue;
      const fs::path path = relative / name;
      if (skip_ && skip_(path)) continue;
      result = one(from, to, name, path);
      if (!result) break;
    }
    ::closedir(listing);
    return result;
  }

  Result<> one(int from, int to, const char* name, const fs::path& path) {
    struct stat facts{};
    if (::fstatat(from, name, &facts, AT_SYMLINK_NOFOLLOW) != 0) {
      return errno == ENOENT ? Result<>{} : problem("read", path);  // gone while we looked
    }
    if (S_ISDIR(facts.st_mode)) return folder(from, name, to, name, path);
    if (S_ISLNK(facts.st_mode)) return link(from, to, name, path, facts);
    if (S_ISREG(facts.st_mode)) return file(from, to, name, path, facts);
    return {};  // sockets, pipes and devices are not content
  }

  Result<> link(int from, int to, const char* name, const fs::path& path,
                const struct stat& facts) {
    std::array<char, PATH_MAX> target{};
    const auto size = ::readlinkat(from, name, target.data(), target.size() - 1);
    if (size < 0) return problem("read", path);
    ::unlinkat(to, name, 0);
    if (::symlinkat(target.data(), to, name) != 0) return problem("write", path);
    const std::array<timespec, 2> times{facts.st_atim, facts.st_mtim};
    ::utimensat(to, name, times.data(), AT_SYMLINK_NOFOLLOW);
    return {};
  }

  Result<> file(int from, int to, const char* name, const fs::path& path,
                const struct stat& facts) {
    const Descriptor source(::openat(from, name, O_RDONLY | O_CLOEXEC));
    if (!source.open()) return problem("read", path);
    ::unlinkat(to, name, 0);
    const Descriptor target(
        ::openat(to, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, facts.st_mode & 07777));
    if (!target.open()) return problem("write", path);
    if (!content(source.get(), target.get(), facts.st_size)) return problem("write", path);
    ::fchmod(target.get(), facts.st_mode & 07777);
    set_times(target.get(), facts);
    ++count.files;
    count.bytes += static_cast<std::uint64_t>(facts.st_size);
    return {};
  }

  bool content(int source, int target, off_t size) {
    if (clones_ && size > 0) {
      if (::ioctl(target, FICLONE, source) == 0) {
        count.reflinked = true;
        return true;
      }
      clones_ = false;  // this file system cannot: do not ask again
    }
    for (off_t left = size; left > 0;) {
      const auto copied =
          ::copy_file_range(source, nullptr, target, nullptr, static_cast<std::size_t>(left), 0);
      if (copied > 0) {
        left -= copied;
      } else if (copied == 0) {
        return true;  // it became shorter
      } else if (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP) {
        return plainly(source, target);
      } else if (errno != EINTR) {
        return false;
      }
    }
    return true;
  }

  static bool plainly(int source, int target) {
    std::array<char, 65536> buffer{};
    while (true) {
      const auto got = ::read(source, buffer.data(), buffer.size());
      if (got == 0) return true;
      if (got < 0) return false;
      for (ssize_t done = 0; done < got;) {
        const auto written =
            ::write(target, buffer.data() + done, static_cast<std::size_t>(got - done));
        if (written < 0) return false;
        done += written;
      }
    }
  }

  static void set_times(int file, const struct stat& facts) {
    const std::array<timespec, 2> times{facts.st_atim, facts.st_mtim};
    ::futimens(file, times.data());
  }

  static Result<> problem(std::string_view verb, const fs::path& path) {
    return fail("sys/cannot-copy", "cannot copy: cannot " + std::string(verb) + " " +
                                       path.string() + ": " + std::strerror(errno));
  }

  const Skip& skip_;
  bool clones_ = true;
};

}  // namespace

Result<CopyCount> copy_tree(const fs::path& from, const fs::path& to, const Skip& skip) {
  CREMA_TRY(make_directories(to.parent_path()));
  TreeCopy copy(skip);
  CREMA_TRY(copy.folder(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), {}));
  return copy.count;
}

}  // namespace crema::sys
