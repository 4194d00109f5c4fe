#include "crema/scan/history/history_scan.h"

#include "git.h"
#include "new_lines.h"
#include "object_walk.h"
#include "scan_result.h"
#include "text_scan.h"

#include "crema/base/hash.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

namespace crema::scan {
namespace {

constexpr std::string_view kWholeFiles[] = {".yaml", ".yml", ".tpl", ".j2"};

// The versions of one file, oldest first, are one thread's work: it tells a finding once.
struct PathVersions {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Of the older versions of a file.
struct Known {
  std::set<std::string> findings;
  NewLines lines;
};

bool means_little_in_parts(std::string_view path) {
  return std::ranges::any_of(kWholeFiles, [&](auto ending) { return path.ends_with(ending); });
}

class HistoryPass {
 public:
  HistoryPass(const HistoryRequest& request, const ObjectWalk& walk, const TextScan& scan)
      : request_(request), walk_(walk), scan_(scan) {
    for (std::size_t i = 0; i < walk_.versions.size();) {
      const auto begin = i;
      while (i < walk_.versions.size() && walk_.versions[i].path == walk_.versions[begin].path) ++i;
      paths_.push_back({begin, i});
    }
    // The longest first, so that no thread is left alone with one at the end.
    std::ranges::sort(paths_, [](const PathVersions& a, const PathVersions& b) {
      return std::pair(b.end - b.begin, a.begin) < std::pair(a.end - a.begin, b.begin);
    });
  }

  Result<HistoryScan> run() {
    std::vector<GitRepository> repositories;
    std::vector<LiteralSet::Search> searches;
    const auto threads = std::clamp<std::size_t>(request_.threads, 1, paths_.size() + 1);
    for (std::size_t i = 0; i < threads; ++i) {
      repositories.push_back(CREMA_TRY(open_repository(request_.root, request_.in_hook)));
      searches.push_back(CREMA_TRY(scan_.make_search()));
    }
    {
      std::vector<std::jthread> pool;
      pool.reserve(threads);
      for (std::size_t i = 0; i < threads; ++i)
        pool.emplace_back([&, i] { work(repositories[i].get(), searches[i]); });
    }
    return std::move(result_);
  }

 private:
  const HistoryRequest& request_;
  const ObjectWalk& walk_;
  const TextScan& scan_;
  std::vector<PathVersions> paths_;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;  // of result_ and done_
  HistoryScan result_;
  std::size_t done_ = 0;

  void work(git_repository* repository, LiteralSet::Search& search) {
    git_odb* opened = nullptr;
    if (git_repository_odb(&opened, repository) != 0) return;
    const GitDatabase database(opened);
    for (;;) {
      const auto at = next_++;
      if (at >= paths_.size()) return;
      versions(paths_[at], database.get(), search);
    }
  }

  void versions(const PathVersions& path, git_odb* database, LiteralSet::Search& search) {
    Known known;
    for (auto i = path.begin; i < path.end && !request_.stop.stop_requested(); ++i) {
      const auto& version = walk_.versions[i];
      const auto& name = walk_.paths[version.path];
      HistoryScan one;
      read(version, name, database, search, known, one);
      const std::lock_guard lock(mutex_);
      std::ranges::move(one.found, std::back_inserter(result_.found));
      std::ranges::move(one.not_scanned, std::back_inserter(result_.not_scanned));
      result_.files += one.files;
      result_.bytes += one.bytes;
      ++done_;
      if (request_.on_progress) request_.on_progress(done_, walk_.versions.size());
    }
  }

  void read(const FileVersion& version, const std::string& name, git_odb* database,
            LiteralSet::Search& search, Known& known, HistoryScan& one) const {
    const auto commit = walk_.commits[version.commit].hex();
    const auto not_scanned = [&](std::string code, std::string reason) {
      one.not_scanned.push_back(
          {commit.substr(0, 12) + ":" + name, std::move(code), std::move(reason)});
    };
    const auto id = version.blob.git();
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    if (git_odb_read_header(&size, &type, database, &id) == 0 && size > request_.largest_file) {
      not_scanned("scan/too-large", fmt::format("it has {} bytes", size));
      return;
    }
    git_odb_object* opened = nullptr;
    if (git_odb_read(&opened, database, &id) != 0) {
      not_scanned("git/unreadable", git_error("it cannot be read").value().message);
      return;
    }
    const GitObject object(opened);
    const std::string_view text(static_cast<const char*>(git_odb_object_data(opened)),
                                git_odb_object_size(opened));
    ++one.files;
    one.bytes += text.size();
    TextPart part;
    const bool whole = request_.whole_files || means_little_in_parts(name);
    if (!whole) {
      part = known.lines.of(text);
      if (part.empty() && !text.empty()) return;
    }
    auto answer = scan_.look_at(name, text, whole ? text : part.text, search);
    for (auto& skipped : answer.not_scanned) not_scanned(skipped.code, skipped.reason);
    for (auto& found : answer.found) {
      if (!whole && !move_to_whole(found, part)) continue;
      if (!known.findings.insert(key_of(found, text)).second) continue;
      found.commit = commit;
      one.found.push_back(std::move(found));
    }
  }

  // Gives a finding the lines it has in the whole; false where none of them is new.
  static bool move_to_whole(Found& found, const TextPart& part) {
    bool fresh = false;
    for (auto& place : found.finding.locations) {
      if (place.line == 0) return true;  // about the file itself
      const auto last = std::max(place.line, place.end_line);
      for (auto line = place.line; line <= last && line <= part.fresh.size(); ++line)
        fresh = fresh || part.fresh[line - 1];
      const auto moved = [&](std::uint32_t line) {
        return line == 0 || line > part.lines.size() ? line : part.lines[line - 1];
      };
      place.line = moved(place.line);
      place.end_line = moved(place.end_line);
    }
    return fresh;
  }

  // What is the same finding in the next version: by the text it is about, wherever that stands.
  // A hash, as it may be a secret, and only while the scan runs.
  static std::string key_of(const Found& found, std::string_view text) {
    const auto& place = place_of(found);
    return found.finding.rule + ":" + found.subject + ":" + found.content + ":" +
           sha256_hex(text_at(text, place));
  }
};

}  // namespace

Result<HistoryScan> scan_history(const HistoryRequest& request) {
  const GitLibrary library;
  const auto repository = CREMA_TRY(open_repository(request.root, request.in_hook));
  const auto walk = CREMA_TRY(walk_objects(repository.get(), request.stop));
  const auto scan = CREMA_TRY(TextScan::create(request.scanners));
  auto result = CREMA_TRY(HistoryPass(request, walk, scan).run());
  result.commit_count = walk.commits.size();
  result.interrupted = request.stop.stop_requested();
  for (const auto& object : walk.unreadable)
    result.not_scanned.push_back({object, "git/unreadable", "the object is not there, or damaged"});
  CommitOrder order;
  for (std::size_t i = 0; i < walk.commits.size(); ++i) order.emplace(walk.commits[i], i);
  finish(repository.get(), order, result);
  return result;
}

}  // namespace crema::scan
