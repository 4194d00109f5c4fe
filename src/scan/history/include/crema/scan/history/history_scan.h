// Scanners of single files over the history of a git repository, over commits, over the index.
#pragma once

#include "crema/base/result.h"
#include "crema/scan/core/scanner.h"
#include "crema/scan/core/source_tree.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

struct HistoryRequest {
  std::filesystem::path root;  // anywhere in a repository
  // In a hook git tells by its environment which index and which new objects are meant.
  bool in_hook = false;
  std::span<const Scanner* const> scanners;
  // Of a version only what no earlier one of the same file had is looked at, with the lines around
  // it; of YAML, whose lines mean little alone, all. True for scanners that need whole files.
  bool whole_files = false;
  std::uint64_t largest_file = std::uint64_t{16} << 20U;
  std::size_t threads = 1;
  // How many of how many versions of files are done; by any thread, one at a time. May be empty.
  std::function<void(std::size_t done, std::size_t all)> on_progress;
  std::stop_token stop;
};

// What a commit says of itself.
struct CommitFacts {
  std::string author;
  std::string email;
  std::string date;     // "2026-11-25T15:04:05Z"
  std::string summary;  // the first line of its message
};

struct HistoryScan {
  // In the order of commits, then of places, with fingerprints; `commit` is the one that brought
  // it. The same whatever the number of threads.
  std::vector<Found> found;
  std::map<std::string, CommitFacts, std::less<>> commits;  // those that found ones name
  std::vector<NotScanned> not_scanned;
  std::uint64_t commit_count = 0;
  std::uint64_t files = 0;  // versions of files that were read
  std::uint64_t bytes = 0;
  bool interrupted = false;
};

// All commits that any reference or HEAD reaches. A finding is told once for each path, rule and
// text, at the oldest commit that has it. Errors are "git/no-repository" and "git/unreadable".
Result<HistoryScan> scan_history(const HistoryRequest& request);

// What the commits of a range added, "main..HEAD" or whatever `git rev-parse` knows of two or one:
// a single revision stands for all that it reaches, with " --not --all" behind it for what no
// reference reaches. What a merge only brings together is not its
// own. Errors as above, and "git/range".
Result<HistoryScan> scan_commits(const HistoryRequest& request, const std::string& range);

// What the index adds to HEAD, that is the next commit. Errors as above.
Result<HistoryScan> scan_staged(const HistoryRequest& request);

// One text under a name, as it comes from standard input. An error is "scan/literals".
Result<FileAnswer> scan_text(std::span<const Scanner* const> scanners, const std::string& path,
                             std::string_view text);

}  // namespace crema::scan
