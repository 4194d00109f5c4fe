// What commits, or the index, added: whole files are looked at, and what is found on lines that
// were there before is left out.
#include "git.h"
#include "scan_result.h"
#include "text_scan.h"

#include "crema/scan/history/history_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace crema::scan {
namespace {

struct LineRange {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};
using LineRanges = std::vector<LineRange>;  // ascending

// The lines of `fresh` that `old` has not; `old` may be null.
Result<LineRanges> added_lines(const git_blob* old, const git_blob* fresh) {
  LineRanges ranges;
  git_diff_options options = GIT_DIFF_OPTIONS_INIT;
  options.context_lines = 0;
  options.flags = GIT_DIFF_FORCE_TEXT;
  const auto on_hunk = [](const git_diff_delta*, const git_diff_hunk* hunk, void* context) {
    if (hunk->new_lines > 0) {
      const auto first = static_cast<std::uint32_t>(hunk->new_start);
      static_cast<LineRanges*>(context)->push_back(
          {first, first + static_cast<std::uint32_t>(hunk->new_lines) - 1});
    }
    return 0;
  };
  if (git_diff_blobs(old, nullptr, fresh, nullptr, &options, nullptr, nullptr, on_hunk, nullptr,
                     &ranges) != 0)
    return git_error("cannot compare two versions of a file");
  return ranges;
}

bool touches(const LineRanges& ranges, const evidence::FindingLocation& place) {
  if (place.line == 0) return true;  // the file itself
  const auto last = std::max(place.line, place.end_line);
  return std::ranges::any_of(ranges, [&](const LineRange& range) {
    return range.first <= last && place.line <= range.last;
  });
}

struct ChangedFile {
  std::string path;
  git_oid fresh{};
  std::vector<std::optional<git_oid>> old;  // in each parent; none where it was not there
};

class ChangeScan {
 public:
  ChangeScan(const HistoryRequest& request, git_repository* repository, const TextScan& scan,
             LiteralSet::Search search)
      : request_(request), repository_(repository), scan_(scan), search_(std::move(search)) {}

  Result<> commit(const git_oid& id) {
    const auto commit = CREMA_TRY(read_commit(repository_, id));
    ++result_.commit_count;
    const auto tree = CREMA_TRY(tree_of(commit.get()));
    std::vector<GitTree> parents;
    for (unsigned i = 0; i < git_commit_parentcount(commit.get()); ++i) {
      const auto parent = read_commit(repository_, *git_commit_parent_id(commit.get(), i));
      // Of a shallow clone not all are there.
      if (parent) parents.push_back(CREMA_TRY(tree_of(parent->get())));
    }
    git_diff* compared = nullptr;
    git_diff_options options = GIT_DIFF_OPTIONS_INIT;
    if (git_diff_tree_to_tree(&compared, repository_, parents.empty() ? nullptr : parents[0].get(),
                              tree.get(), &options) != 0)
      return git_error("cannot compare the commit " + ObjectId::of(id).hex());
    const GitDiff diff(compared);
    return deltas(diff.get(), parents, ObjectId::of(id).hex());
  }

  Result<> deltas(git_diff* diff, const std::vector<GitTree>& parents, const std::string& commit) {
    for (std::size_t i = 0; i < git_diff_num_deltas(diff); ++i) {
      const auto* delta = git_diff_get_delta(diff, i);
      const bool is_file = (delta->new_file.mode & 0170000U) == 0100000U;
      if (delta->status == GIT_DELTA_DELETED || !is_file) continue;
      ChangedFile file{.path = delta->new_file.path, .fresh = delta->new_file.id};
      const bool was_there = git_oid_is_zero(&delta->old_file.id) == 0;
      file.old.push_back(was_there ? std::optional(delta->old_file.id) : std::nullopt);
      for (std::size_t parent = 1; parent < parents.size(); ++parent)
        file.old.push_back(entry_of(parents[parent].get(), file.path));
      look_at(file, commit);
      if (request_.stop.stop_requested()) return {};
    }
    return {};
  }

  HistoryScan take() { return std::move(result_); }

 private:
  const HistoryRequest& request_;
  git_repository* repository_;
  const TextScan& scan_;
  LiteralSet::Search search_;
  HistoryScan result_;

  static Result<GitTree> tree_of(git_commit* commit) {
    git_tree* tree = nullptr;
    if (git_commit_tree(&tree, commit) != 0) return git_error("cannot read the tree of a commit");
    return GitTree(tree);
  }

  static std::optional<git_oid> entry_of(git_tree* tree, const std::string& path) {
    git_tree_entry* entry = nullptr;
    if (git_tree_entry_bypath(&entry, tree, path.c_str()) != 0) return std::nullopt;
    const auto id = *git_tree_entry_id(entry);
    git_tree_entry_free(entry);
    return id;
  }

  GitBlob blob_of(const git_oid& id) const {
    git_blob* blob = nullptr;
    git_blob_lookup(&blob, repository_, &id);
    return GitBlob(blob);
  }

  // Added is what is in none of the parents.
  Result<std::vector<LineRanges>> added(const ChangedFile& file, const git_blob* fresh) const {
    std::vector<LineRanges> all;
    for (const auto& old : file.old) {
      if (old && git_oid_equal(&*old, &file.fresh) != 0) return std::vector<LineRanges>{{}};
      const auto before = old ? blob_of(*old) : GitBlob();
      all.push_back(CREMA_TRY(added_lines(before.get(), fresh)));
    }
    return all;
  }

  void look_at(const ChangedFile& file, const std::string& commit) {
    const auto name = commit.empty() ? file.path : commit.substr(0, 12) + ":" + file.path;
    const auto not_scanned = [&](std::string code, std::string reason) {
      result_.not_scanned.push_back({name, std::move(code), std::move(reason)});
    };
    const auto fresh = blob_of(file.fresh);
    if (!fresh) return not_scanned("git/unreadable", "it is not there, or damaged");
    const auto size = static_cast<std::uint64_t>(git_blob_rawsize(fresh.get()));
    if (size > request_.largest_file)
      return not_scanned("scan/too-large", fmt::format("it has {} bytes", size));
    const std::string_view text(static_cast<const char*>(git_blob_rawcontent(fresh.get())), size);
    ++result_.files;
    result_.bytes += size;
    auto answer = scan_.look_at(file.path, text, search_);
    for (auto& one : answer.not_scanned) not_scanned(one.code, one.reason);
    if (answer.found.empty()) return;
    const auto lines = added(file, fresh.get());
    if (!lines) return not_scanned(lines.error().code, lines.error().message);
    for (auto& found : answer.found) {
      const auto& place = place_of(found);
      const bool fresh_lines = std::ranges::all_of(
          *lines, [&](const LineRanges& ranges) { return touches(ranges, place); });
      const bool fresh_file =
          std::ranges::none_of(file.old, [](const auto& old) { return old.has_value(); });
      if (place.line == 0 ? !fresh_file : !fresh_lines) continue;
      found.commit = commit;
      result_.found.push_back(std::move(found));
    }
  }
};

constexpr std::string_view kNotAll = " --not --all";

// The library's own function for a range never frees the first end where there is no other.
int push_between(git_repository* repository, git_revwalk* walk, const std::string& range) {
  git_revspec ends{};
  int code = git_revparse(&ends, repository, range.c_str());
  if (code == 0) code = git_revwalk_hide(walk, git_object_id(ends.from));
  if (code == 0) code = git_revwalk_push(walk, git_object_id(ends.to));
  git_object_free(ends.from);
  git_object_free(ends.to);
  return code;
}

Result<> push_range(git_repository* repository, git_revwalk* walk, std::string_view range) {
  const bool only_new = range.ends_with(kNotAll);
  const std::string revision(only_new ? range.substr(0, range.size() - kNotAll.size()) : range);
  if (revision.find("...") != std::string::npos) {
    auto error =
        make_error("git/range", fmt::format("`{}` has the commits of both sides", range), {});
    error.hint = "write two dots: the commits of the second that the first has not";
    return fail(std::move(error));
  }
  int code = 0;
  if (revision.find("..") != std::string::npos) {
    code = push_between(repository, walk, revision);
  } else {
    git_object* single = nullptr;
    code = git_revparse_single(&single, repository, revision.c_str());
    if (code == 0) code = git_revwalk_push(walk, git_object_id(single));
    git_object_free(single);
  }
  if (code == 0 && only_new) code = git_revwalk_hide_glob(walk, "*");
  if (code == 0) return {};
  auto error = git_error(fmt::format("cannot find the commits of `{}`", range), "git/range");
  error.value().hint = "name two revisions, such as main..HEAD, or one";
  return error;
}

}  // namespace

Result<HistoryScan> scan_commits(const HistoryRequest& request, const std::string& range) {
  const GitLibrary library;
  const auto repository = CREMA_TRY(open_repository(request.root, request.in_hook));
  const auto walk = CREMA_TRY(new_walk(repository.get()));
  git_revwalk_sorting(walk.get(), GIT_SORT_TOPOLOGICAL | GIT_SORT_TIME | GIT_SORT_REVERSE);
  CREMA_TRY(push_range(repository.get(), walk.get(), range));
  const auto scan = CREMA_TRY(TextScan::create(request.scanners));
  ChangeScan changes(request, repository.get(), scan, CREMA_TRY(scan.make_search()));
  std::vector<git_oid> ids;
  for (git_oid id; git_revwalk_next(&id, walk.get()) == 0;) ids.push_back(id);
  CommitOrder order;
  for (std::size_t i = 0; i < ids.size() && !request.stop.stop_requested(); ++i) {
    order.emplace(ObjectId::of(ids[i]), i);
    CREMA_TRY(changes.commit(ids[i]));
    if (request.on_progress) request.on_progress(i + 1, ids.size());
  }
  auto result = changes.take();
  result.interrupted = request.stop.stop_requested();
  finish(repository.get(), order, result);
  return result;
}

Result<HistoryScan> scan_staged(const HistoryRequest& request) {
  const GitLibrary library;
  const auto repository = CREMA_TRY(open_repository(request.root, request.in_hook));
  git_object* found = nullptr;
  GitTree head;  // none before the first commit
  if (git_revparse_single(&found, repository.get(), "HEAD^{tree}") == 0)
    head.reset(reinterpret_cast<git_tree*>(found));
  git_diff* compared = nullptr;
  git_diff_options options = GIT_DIFF_OPTIONS_INIT;
  if (git_diff_tree_to_index(&compared, repository.get(), head.get(), nullptr, &options) != 0)
    return git_error("cannot compare the index with HEAD");
  const GitDiff diff(compared);
  const auto scan = CREMA_TRY(TextScan::create(request.scanners));
  ChangeScan changes(request, repository.get(), scan, CREMA_TRY(scan.make_search()));
  CREMA_TRY(changes.deltas(diff.get(), {}, ""));
  auto result = changes.take();
  result.interrupted = request.stop.stop_requested();
  finish(repository.get(), {}, result);
  return result;
}

}  // namespace crema::scan
