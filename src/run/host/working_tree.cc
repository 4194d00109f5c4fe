#include "working_tree.h"

#include "crema/base/strings.h"
#include "crema/sys/process.h"

#include <array>
#include <chrono>

namespace crema::run {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::string_view kOwnFolder = ".crema";

Result<std::string> git(const sys::Host& host, const fs::path& folder,
                        std::vector<std::string> arguments) {
  sys::Command command;
  command.argv = {"git"};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.environment = host.environment;
  command.environment["GIT_OPTIONAL_LOCKS"] = "0";
  command.working_directory = folder;
  auto captured = CREMA_TRY(sys::capture(command, 5min));
  if (!captured.exit.ok()) {
    return fail("run/git-failed", "git " + arguments[0] + " failed in " + folder.string() + ": " +
                                      std::string(trim(captured.error)));
  }
  return std::move(captured.output);
}

// Parts of a repository that a checkout does not have: the user's own hooks, other working trees,
// locks of what happens to run just now. Objects are borrowed, see below.
bool left_out(const fs::path& path) {
  constexpr std::array<std::string_view, 4> kLeftOut = {"objects", "hooks", "worktrees", "logs"};
  for (const auto name : kLeftOut) {
    if (path == name) return true;
  }
  return path.extension() == ".lock";
}

}  // namespace

void WorkingTree::look_ahead(const Repository& repository) {
  const std::lock_guard lock(mutex_);
  if (!repository.git || listing_.valid()) return;
  listing_ = std::async(std::launch::async, [this, root = repository.root] {
               return read_listing(root);
             }).share();
}

Result<WorkingTree::Listing> WorkingTree::read_listing(const fs::path& root) const {
  const auto names =
      CREMA_TRY(git(host_, root, {"ls-files", "-z", "--cached", "--others", "--exclude-standard"}));
  Listing found;
  for (auto name : split(names, '\0')) {
    if (name.empty()) continue;
    // A repository inside this one is listed as a folder only; so is a submodule.
    const bool folder = name.ends_with('/');
    if (folder) name.remove_suffix(1);
    std::error_code ignored;
    if (folder || fs::is_directory(fs::symlink_status(root / name, ignored))) {
      found.whole.emplace(name);
    }
    while (!name.empty() && found.paths.emplace(name).second) {
      const auto slash = name.rfind('/');
      name = slash == std::string_view::npos ? std::string_view{} : name.substr(0, slash);
    }
  }
  return found;
}

// The copy gets a repository of its own that borrows the user's objects, as `git clone --shared`
// does: nothing it does can change the user's repository, and no object is copied.
Result<> WorkingTree::copy_git_folder(const Repository& repository, const fs::path& target,
                                      sys::CopyCount& count) {
  const auto& own = repository.git_folder;
  const auto& common = repository.common_git_folder;
  const auto copied = CREMA_TRY(sys::copy_tree(common, target, left_out));
  count.files += copied.files;
  count.bytes += copied.bytes;
  if (own != common) {  // a linked working tree: what is its own wins over the main one's
    CREMA_TRY(sys::copy_tree(own, target, [](const fs::path& path) {
      return path == "commondir" || path == "gitdir" || left_out(path);
    }));
  }
  CREMA_TRY(sys::make_directories(target / "objects" / "info"));
  CREMA_TRY(sys::make_directories(target / "objects" / "pack"));
  auto borrowed = repository.objects.string() + "\n";
  if (const auto further = sys::read_file(repository.objects / "info" / "alternates"))
    borrowed += *further;
  return sys::write_file(target / "objects" / "info" / "alternates", borrowed);
}

fs::path WorkingTree::place_of(const Repository& repository) {
  if (!repository.git || repository.top.empty() || repository.top == repository.root) return {};
  const auto place = repository.root.lexically_relative(repository.top);
  return place.native().starts_with("..") ? fs::path() : place;
}

// Files of the repository that the copy does not have are left out on purpose, not deleted.
Result<> WorkingTree::leave_out_the_rest(const fs::path& top, const fs::path& place) {
  CREMA_TRY(git(host_, top, {"sparse-checkout", "set", "--no-cone", "/" + place.string() + "/"}));
  return {};
}

Result<sys::CopyCount> WorkingTree::copy(const Repository& repository, const fs::path& target) {
  const auto place = place_of(repository);
  CREMA_TRY(sys::make_directories(target / place));
  if (!repository.git) {
    return sys::copy_tree(repository.root, target,
                          [](const fs::path& path) { return path == kOwnFolder; });
  }
  look_ahead(repository);
  const auto& listing = listing_.get();
  if (!listing) return fail(listing.error());
  const auto* wanted = &*listing;
  const auto in_whole_folder = [&](std::string_view path) {
    for (auto slash = path.find('/'); slash != std::string_view::npos;
         slash = path.find('/', slash + 1)) {
      if (wanted->whole.contains(std::string(path.substr(0, slash)))) return true;
    }
    return false;
  };
  auto count = CREMA_TRY(sys::copy_tree(repository.root, target / place, [&](const fs::path& path) {
    if (path == ".git" || path == kOwnFolder) return true;
    return !wanted->paths.contains(path.native()) && !in_whole_folder(path.native());
  }));
  CREMA_TRY(copy_git_folder(repository, target / ".git", count));
  if (!place.empty()) CREMA_TRY(leave_out_the_rest(target, place));
  return count;
}

}  // namespace crema::run
