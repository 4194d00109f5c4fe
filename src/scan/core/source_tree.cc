#include "crema/scan/core/source_tree.h"

#include "tracked_files.h"

#include "crema/scan/core/ignore_rules.h"
#include "crema/sys/descriptor.h"
#include "crema/sys/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <unordered_set>
#include <utility>

namespace crema::scan {
namespace {

constexpr const char* kIgnoreFiles[] = {".gitignore", ".cremaignore"};

std::int64_t nanoseconds(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

TreeFile file_of(std::string path, const struct stat& status) {
  return {.path = std::move(path),
          .size = static_cast<std::uint64_t>(status.st_size),
          .changed_ns = std::max(nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)),
          .inode = status.st_ino};
}

bool within(std::string_view inner, std::string_view outer) {
  return inner.starts_with(outer) && (inner.size() == outer.size() || inner[outer.size()] == '/');
}

std::string reason_of(int error) { return std::strerror(error); }

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using OpenFolder = std::unique_ptr<DIR, CloseFolder>;

struct Entry {
  std::string name;
  bool is_folder = false;
};

class Walk {
 public:
  explicit Walk(const WalkOptions& options) : options_(options) {}

  void folder(int descriptor, const std::string& path);
  // What is tracked and was left out for an ignore file alone.
  void add_tracked(int root, const std::vector<std::string>& tracked);
  SourceTree take();

 private:
  const WalkOptions& options_;
  SourceTree tree_;
  std::vector<IgnoreRules> rules_;  // of the folders on the way, the root's first
  std::size_t depth_ = 0;

  void leave_out(const std::string& path, std::string code, std::string reason) {
    tree_.not_scanned.push_back({path, std::move(code), std::move(reason)});
  }
  std::vector<Entry> entries_of(DIR* folder, const std::string& path);
  void read_rules(int folder, const std::string& path);
  bool ignored(const std::string& path, bool is_folder) const;
  bool wanted(std::string_view path) const;
  void enter(int parent, const std::string& name, const std::string& path);
  void file(int parent, const std::string& name, std::string path);
};

// By name: the order of a folder is the file system's, and answers must not depend on it.
std::vector<Entry> Walk::entries_of(DIR* folder, const std::string& path) {
  std::vector<Entry> entries;
  errno = 0;
  while (const auto* entry = ::readdir(folder)) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == ".." || name == ".git" || name == ".crema") continue;
    bool is_folder = entry->d_type == DT_DIR;
    bool is_file = entry->d_type == DT_REG;
    if (entry->d_type == DT_UNKNOWN) {
      struct stat status{};
      if (::fstatat(::dirfd(folder), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
      is_folder = S_ISDIR(status.st_mode);
      is_file = S_ISREG(status.st_mode);
    }
    if (is_folder || is_file) entries.push_back({std::string(name), is_folder});
  }
  if (errno != 0) leave_out(path, "scan/unreadable", reason_of(errno));
  std::ranges::sort(entries, {}, &Entry::name);
  return entries;
}

void Walk::read_rules(int folder, const std::string& path) {
  for (const auto* name : kIgnoreFiles) {
    const sys::Descriptor file(::openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file.open()) continue;
    std::string text;
    std::array<char, 4096> buffer{};
    // Nobody writes a megabyte of patterns; who generates one must not stop the scan.
    while (text.size() < (std::size_t{1} << 20U)) {
      const auto count = ::read(file.get(), buffer.data(), buffer.size());
      if (count <= 0) break;
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    if (IgnoreRules rules(path, text); !rules.empty()) rules_.push_back(std::move(rules));
  }
}

bool Walk::ignored(const std::string& path, bool is_folder) const {
  for (auto rules = rules_.rbegin(); rules != rules_.rend(); ++rules) {
    const auto answer = rules->of(path, is_folder);
    if (answer != IgnoreRules::Answer::none) return answer == IgnoreRules::Answer::ignored;
  }
  return false;
}

// What is asked for, what is in it, and the folders on the way there.
bool Walk::wanted(std::string_view path) const {
  return options_.below.empty() || std::ranges::any_of(options_.below, [&](const auto& one) {
           return within(path, one) || within(one, path);
         });
}

void Walk::folder(int descriptor, const std::string& path) {
  const OpenFolder folder(::fdopendir(descriptor));
  if (!folder) {
    const int error = errno;
    ::close(descriptor);
    return leave_out(path, "scan/unreadable", reason_of(error));
  }
  const auto outer_rules = rules_.size();
  if (options_.use_ignore_files) read_rules(descriptor, path);
  for (const auto& [name, is_folder] : entries_of(folder.get(), path)) {
    auto child = path.empty() ? name : path + "/" + name;
    if (!wanted(child)) continue;
    if (ignored(child, is_folder)) {
      ++tree_.ignored;
    } else if (is_folder) {
      enter(descriptor, name, child);
    } else {
      file(descriptor, name, std::move(child));
    }
  }
  rules_.erase(rules_.begin() + static_cast<std::ptrdiff_t>(outer_rules), rules_.end());
}

void Walk::enter(int parent, const std::string& name, const std::string& path) {
  if (depth_ >= options_.deepest) {
    return leave_out(path, "scan/too-deep",
                     fmt::format("more than {} folders within each other", options_.deepest));
  }
  const int child = ::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (child < 0) return leave_out(path, "scan/unreadable", reason_of(errno));
  ++depth_;
  folder(child, path);
  --depth_;
}

void Walk::file(int parent, const std::string& name, std::string path) {
  struct stat status{};
  if (::fstatat(parent, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
    return leave_out(path, "scan/unreadable", reason_of(errno));
  if (!S_ISREG(status.st_mode)) return;  // it has changed since it was listed
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > options_.largest_file) {
    return leave_out(path, "scan/too-large",
                     fmt::format("{} bytes, more than {}", size, options_.largest_file));
  }
  if (tree_.files.size() >= options_.most_files) {
    return leave_out(path, "scan/too-many",
                     fmt::format("the tree has more than {} files", options_.most_files));
  }
  tree_.files.push_back(file_of(std::move(path), status));
}

void Walk::add_tracked(int root, const std::vector<std::string>& tracked) {
  std::unordered_set<std::string_view> met;
  for (const auto& file : tree_.files) met.insert(file.path);
  for (const auto& one : tree_.not_scanned) met.insert(one.path);
  std::vector<std::string> missing;
  for (const auto& path : tracked)
    if (!met.contains(path) && wanted(path)) missing.push_back(path);
  for (const auto& path : missing)
    if (struct stat status{}; ::fstatat(root, path.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0)
      file(root, path, path);
}

SourceTree Walk::take() {
  std::ranges::sort(tree_.files, {}, &TreeFile::path);
  std::ranges::sort(tree_.not_scanned, {}, &NotScanned::path);
  return std::move(tree_);
}

}  // namespace

std::string folder_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? "" : std::string(path.substr(0, slash));
}

bool is_below(std::string_view path, std::span<const std::string> folders) {
  return std::ranges::any_of(folders, [&](const auto& one) { return within(path, one); });
}

Result<SourceTree> walk_tree(const std::filesystem::path& root, const WalkOptions& options) {
  struct stat status{};
  if (::stat(root.c_str(), &status) != 0) {
    auto error =
        make_error("scan/no-such-path", "cannot scan " + root.string() + ": " + reason_of(errno));
    error.hint = "name a folder or a file that is there";
    return fail(std::move(error));
  }
  if (S_ISREG(status.st_mode)) {
    SourceTree tree;
    tree.files.push_back(file_of(root.filename().string(), status));
    return tree;
  }
  const int descriptor = ::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0)
    return fail("scan/no-such-path", "cannot scan " + root.string() + ": " + reason_of(errno));
  Walk walk(options);
  const sys::Descriptor again(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0));  // the walk closes its own
  walk.folder(descriptor, "");
  if (options.use_ignore_files) walk.add_tracked(again.get(), tracked_files(root));
  return walk.take();
}

Result<std::string> read_source(const std::filesystem::path& root, const TreeFile& file,
                                std::uint64_t largest) {
  const auto unreadable = [&](int error) {
    return fail("scan/unreadable", "cannot read " + file.path + ": " + reason_of(error));
  };
  const auto path = std::filesystem::is_directory(root) ? root / file.path : root;
  const sys::Descriptor descriptor(
      ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!descriptor.open()) return unreadable(errno);
  std::string text(file.size + 1, '\0');  // one more, to see where it has grown
  std::size_t filled = 0;
  for (;;) {
    const auto count = ::read(descriptor.get(), text.data() + filled, text.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unreadable(errno);
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
    if (filled > largest)
      return fail("scan/too-large", fmt::format("{} has more than {} bytes", file.path, largest));
    if (filled == text.size()) text.resize(text.size() * 2);
  }
  text.resize(filled);
  return text;
}

}  // namespace crema::scan
