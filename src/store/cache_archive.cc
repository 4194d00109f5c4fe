#include "cache_archive.h"

#include "crema/sys/disk_error.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

namespace crema::store {
namespace {

namespace fs = std::filesystem;

Diagnostic problem(const fs::path& archive, const std::string& why) {
  return make_error("store/cache", "the cache archive " + archive.string() + ": " + why);
}

// What libarchive says of its last failure.
Diagnostic problem(const fs::path& archive, struct archive* handle) {
  const char* why = archive_error_string(handle);
  auto error = problem(archive, std::string(why == nullptr ? "is damaged" : why));
  error.hint = sys::disk_hint(archive_errno(handle));
  return error;
}

struct Free {
  void operator()(archive* handle) const { archive_free(handle); }
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};
using ArchivePtr = std::unique_ptr<archive, Free>;
using EntryPtr = std::unique_ptr<archive_entry, Free>;

// "root/NAME/relative" below a root, "absolute/path" elsewhere.
std::string inner_name(const fs::path& path, std::span<const CacheRoot> roots) {
  const CacheRoot* deepest = nullptr;
  fs::path relative;
  for (const auto& root : roots) {
    const auto candidate = path.lexically_relative(root.folder);
    if (candidate.empty() || *candidate.begin() == "..") continue;
    if (deepest == nullptr || root.folder.string().size() > deepest->folder.string().size()) {
      deepest = &root;
      relative = candidate;
    }
  }
  if (deepest == nullptr) return "absolute" + path.string();
  return relative == "." ? "root/" + deepest->name
                         : "root/" + deepest->name + "/" + relative.string();
}

Result<fs::path> outer_path(const std::string& name, std::span<const CacheRoot> roots,
                            const fs::path& archive) {
  if (name.find("/../") != std::string::npos || name.ends_with("/.."))
    return fail(problem(archive, "'" + name + "' would land outside its folder"));
  if (name.starts_with("absolute/")) return fs::path(name.substr(8));
  for (const auto& root : roots) {
    const std::string prefix = "root/" + root.name;
    if (name == prefix) return root.folder;
    if (name.starts_with(prefix + "/")) return root.folder / name.substr(prefix.size() + 1);
  }
  return fail(problem(archive, "'" + name + "' belongs to a folder this job does not have"));
}

class Writer {
 public:
  Writer(const fs::path& file, std::span<const CacheRoot> roots)
      : file_(file), roots_(roots), archive_(archive_write_new()) {}

  Result<> open() {
    archive_write_set_format_pax(archive_.get());  // times below a second, as tar --posix
    archive_write_add_filter_zstd(archive_.get());
    archive_write_set_options(archive_.get(), "zstd:compression-level=1");
    if (archive_write_open_filename(archive_.get(), file_.c_str()) != ARCHIVE_OK)
      return fail(problem(file_, archive_.get()));
    return {};
  }

  Result<> add(const fs::path& path) {
    std::error_code error;
    CREMA_TRY(one(path));
    if (!fs::is_directory(fs::symlink_status(path, error))) return {};
    auto options = fs::directory_options::skip_permission_denied;
    for (auto entry = fs::recursive_directory_iterator(path, options, error);
         !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
      CREMA_TRY(one(entry->path()));
    }
    return {};
  }

  Result<> close() {
    if (archive_write_close(archive_.get()) != ARCHIVE_OK)
      return fail(problem(file_, archive_.get()));
    return {};
  }

 private:
  Result<> one(const fs::path& path) {
    struct stat facts{};
    if (::lstat(path.c_str(), &facts) != 0) return {};
    if (!S_ISREG(facts.st_mode) && !S_ISDIR(facts.st_mode) && !S_ISLNK(facts.st_mode)) return {};
    const EntryPtr entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), inner_name(path, roots_).c_str());
    archive_entry_copy_stat(entry.get(), &facts);
    if (S_ISLNK(facts.st_mode)) {
      std::error_code error;
      archive_entry_set_symlink(entry.get(), fs::read_symlink(path, error).c_str());
    }
    const int file = S_ISREG(facts.st_mode) ? ::open(path.c_str(), O_RDONLY | O_CLOEXEC) : -1;
    if (S_ISREG(facts.st_mode) && file < 0) return {};  // gone, or not ours to read
    if (archive_write_header(archive_.get(), entry.get()) < ARCHIVE_WARN) {
      if (file >= 0) ::close(file);
      return fail(problem(file_, archive_.get()));
    }
    if (file < 0) return {};
    // Never more than the header promises, should the file have grown.
    auto left = static_cast<std::size_t>(facts.st_size);
    while (left > 0) {
      const auto got = ::read(file, buffer_.data(), std::min(buffer_.size(), left));
      if (got <= 0) break;
      if (archive_write_data(archive_.get(), buffer_.data(), static_cast<std::size_t>(got)) < 0) {
        ::close(file);
        return fail(problem(file_, archive_.get()));
      }
      left -= static_cast<std::size_t>(got);
    }
    ::close(file);
    return {};
  }

  const fs::path& file_;
  std::span<const CacheRoot> roots_;
  ArchivePtr archive_;
  std::array<char, 65536> buffer_{};
};

Result<> copy_data(archive* from, archive* to, const fs::path& file) {
  while (true) {
    const void* block = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int code = archive_read_data_block(from, &block, &size, &offset);
    if (code == ARCHIVE_EOF) return {};
    if (code < ARCHIVE_WARN) return fail(problem(file, from));
    if (archive_write_data_block(to, block, size, offset) < ARCHIVE_WARN)
      return fail(problem(file, to));
  }
}

}  // namespace

Result<> write_cache_archive(const fs::path& archive, std::span<const fs::path> paths,
                             std::span<const CacheRoot> roots) {
  Writer writer(archive, roots);
  CREMA_TRY(writer.open());
  for (const auto& path : paths) CREMA_TRY(writer.add(path));
  return writer.close();
}

Result<> read_cache_archive(const fs::path& file, std::span<const CacheRoot> roots) {
  const ArchivePtr reader(archive_read_new());
  archive_read_support_format_tar(reader.get());
  archive_read_support_filter_zstd(reader.get());
  if (archive_read_open_filename(reader.get(), file.c_str(), 1 << 20) != ARCHIVE_OK)
    return fail(problem(file, reader.get()));
  const ArchivePtr writer(archive_write_disk_new());
  archive_write_disk_set_options(
      writer.get(), ARCHIVE_EXTRACT_TIME | ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_UNLINK);
  while (true) {
    archive_entry* entry = nullptr;
    const int code = archive_read_next_header(reader.get(), &entry);
    if (code == ARCHIVE_EOF) break;
    if (code < ARCHIVE_WARN) return fail(problem(file, reader.get()));
    const auto path = CREMA_TRY(outer_path(archive_entry_pathname(entry), roots, file));
    archive_entry_set_pathname(entry, path.c_str());
    if (archive_write_header(writer.get(), entry) < ARCHIVE_WARN)
      return fail(problem(file, writer.get()));
    CREMA_TRY(copy_data(reader.get(), writer.get(), file));
  }
  if (archive_write_close(writer.get()) < ARCHIVE_WARN) return fail(problem(file, writer.get()));
  return {};
}

}  // namespace crema::store
