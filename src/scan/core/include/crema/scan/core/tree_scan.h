// One pass of all scanners over a tree: one walk, each file read once, one search for the words of
// all rules, on as many cores as there are; what did not change is taken from the cache.
#pragma once

#include "crema/base/result.h"
#include "crema/scan/core/marker.h"
#include "crema/scan/core/scanner.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace crema::scan {

struct TreeScanRequest {
  std::filesystem::path root;
  std::span<const Scanner* const> scanners;
  WalkOptions walk;
  std::filesystem::path cache;  // a file; empty for none
  std::size_t threads = 1;
  // How many of how many files are done; by any thread, one at a time. May be empty.
  std::function<void(std::size_t done, std::size_t all)> on_progress;
  std::stop_token stop;
};

struct FileMarkers {
  std::string path;
  std::vector<Marker> markers;
};

struct TreeScan {
  // In the order of their first places, with fingerprints. The same for the same tree, however many
  // threads there were and whatever the cache knew.
  std::vector<Found> found;
  std::vector<NotScanned> not_scanned;
  std::vector<FileMarkers> markers;  // by path; what they cover is found all the same
  std::vector<TreeFile> files;       // by path
  std::uint64_t bytes = 0;
  std::uint64_t ignored = 0;     // by ignore files
  std::uint64_t from_cache = 0;  // files that were not read
  bool interrupted = false;      // by `stop`: what is there is not all
};

// Errors are "scan/no-such-path" and "scan/literals". That the cache cannot be written is not one.
// `walked` is the tree where somebody has walked it already, as walk_tree does with these options.
Result<TreeScan> scan_tree(const TreeScanRequest& request, std::optional<SourceTree> walked = {});

}  // namespace crema::scan
