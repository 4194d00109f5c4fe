#include "object_walk.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace crema::scan {
namespace {

constexpr std::size_t kDeepest = 512;  // folders within folders

// An entry of a tree as git writes it: "100644 name", a zero byte, the object's name.
struct TreeEntry {
  bool is_tree = false;
  bool is_file = false;
  std::string_view name;
  ObjectId id;
};

// Takes one entry off the front; false where what is left is none.
bool take_entry(std::string_view& data, TreeEntry& entry) {
  const auto space = data.find(' ');
  const auto zero = data.find('\0', space == std::string_view::npos ? 0 : space);
  if (space == std::string_view::npos || zero == std::string_view::npos ||
      data.size() - zero - 1 < GIT_OID_RAWSZ)
    return false;
  const auto mode = data.substr(0, space);
  entry.is_tree = mode == "40000" || mode == "040000";
  entry.is_file = mode.starts_with("100");  // no link, no submodule
  entry.name = data.substr(space + 1, zero - space - 1);
  std::memcpy(entry.id.bytes.data(), data.data() + zero + 1, GIT_OID_RAWSZ);
  data.remove_prefix(zero + 1 + GIT_OID_RAWSZ);
  return true;
}

class Walking {
 public:
  Walking(git_repository* repository, git_odb* database, const std::stop_token& stop)
      : repository_(repository), database_(database), stop_(stop) {}

  Result<ObjectWalk> run() {
    const auto walk = CREMA_TRY(new_walk(repository_));
    git_revwalk_sorting(walk.get(), GIT_SORT_TOPOLOGICAL | GIT_SORT_TIME | GIT_SORT_REVERSE);
    if (git_revwalk_push_glob(walk.get(), "*") != 0) return git_error("cannot list the references");
    (void)git_revwalk_push_head(walk.get());  // a new repository has none
    git_oid id;
    while (git_revwalk_next(&id, walk.get()) == 0 && !stop_.stop_requested()) {
      commit_ = static_cast<std::uint32_t>(result_.commits.size());
      result_.commits.push_back(ObjectId::of(id));
      const auto commit = read_commit(repository_, id);
      if (!commit) {
        result_.unreadable.push_back("commit " + ObjectId::of(id).hex());
        continue;
      }
      path_.clear();
      tree(ObjectId::of(*git_commit_tree_id(commit->get())), 0);
    }
    std::ranges::sort(result_.versions, {}, [](const FileVersion& version) {
      return std::tuple(version.path, version.commit, version.blob.bytes);
    });
    return std::move(result_);
  }

 private:
  git_repository* repository_;
  git_odb* database_;
  const std::stop_token& stop_;
  ObjectWalk result_;
  std::unordered_set<ObjectId, ObjectIdHash> seen_;
  std::unordered_map<std::string, std::uint32_t> path_numbers_;
  std::unordered_map<std::string, std::string> last_;  // by folder, its tree as it was last read
  std::string path_;
  std::uint32_t commit_ = 0;

  void tree(const ObjectId& id, std::size_t depth) {
    if (depth > kDeepest || !seen_.insert(id).second) return;
    git_odb_object* read = nullptr;
    const auto name = id.git();
    if (git_odb_read(&read, database_, &name) != 0) {
      result_.unreadable.push_back("tree " + id.hex());
      return;
    }
    const GitObject object(read);
    std::string_view data(static_cast<const char*>(git_odb_object_data(read)),
                          git_odb_object_size(read));
    // What this folder had when it was last entered has been seen.
    auto& before = last_[path_];
    std::string_view old_data(before);
    TreeEntry old;
    bool has_old = take_entry(old_data, old);
    const auto length = path_.size();
    TreeEntry entry;
    while (take_entry(data, entry)) {
      while (has_old && old.name < entry.name) has_old = take_entry(old_data, old);
      if (has_old && old.name == entry.name && old.id == entry.id) continue;
      if (!entry.is_tree && (!entry.is_file || !seen_.insert(entry.id).second)) continue;
      path_.append(entry.name);
      if (entry.is_tree) {
        path_ += '/';
        tree(entry.id, depth + 1);
      } else {
        add(entry.id);
      }
      path_.resize(length);
    }
    before.assign(static_cast<const char*>(git_odb_object_data(read)), git_odb_object_size(read));
  }

  void add(const ObjectId& blob) {
    const auto [found, fresh] =
        path_numbers_.try_emplace(path_, static_cast<std::uint32_t>(result_.paths.size()));
    if (fresh) result_.paths.push_back(path_);
    result_.versions.push_back({blob, found->second, commit_});
  }
};

}  // namespace

Result<ObjectWalk> walk_objects(git_repository* repository, const std::stop_token& stop) {
  git_odb* opened = nullptr;
  if (git_repository_odb(&opened, repository) != 0) return git_error("cannot read the objects");
  const GitDatabase database(opened);
  return Walking(repository, database.get(), stop).run();
}

}  // namespace crema::scan
