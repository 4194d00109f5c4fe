// What a scan that is not of the tree looks at: commits, the index, the history, a text.
#pragma once

#include "crema/scan/core/tree_scan.h"
#include "crema/scan/scan_run.h"

#include <memory>
#include <span>

namespace crema::scan {

struct MadeScanner {
  const ScannerKind* kind = nullptr;
  std::unique_ptr<Scanner> scanner;
};

// As if a tree had been scanned; each finding's place says which commit brought it, by whom and
// when. Errors are those of history_scan.h.
Result<TreeScan> scan_source(const ScanRequest& request, std::span<const MadeScanner> scanners);

}  // namespace crema::scan
