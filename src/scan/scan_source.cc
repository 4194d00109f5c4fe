#include "scan_source.h"

#include "crema/scan/history/history_scan.h"

#include <fmt/format.h>

#include <utility>

namespace crema::scan {
namespace {

constexpr const char* kTextName = "stdin";

void name_commits(HistoryScan& scan) {
  for (auto& one : scan.found) {
    const auto facts = scan.commits.find(one.commit);
    if (facts == scan.commits.end() || one.finding.locations.empty()) continue;
    one.finding.locations.front().message =
        fmt::format("{} by {}, {}: {}", one.commit.substr(0, 10), facts->second.author,
                    facts->second.date.substr(0, 10), facts->second.summary);
  }
}

// What a comment took back until a day that is over is there again.
void take_back(std::span<Found> all, std::string_view today, bool use_markers) {
  for (auto& one : all) {
    auto& finding = one.finding;
    std::erase_if(finding.suppressions, [&](const evidence::Suppression& suppression) {
      return !use_markers || (!suppression.until.empty() && suppression.until < today);
    });
    if (finding.suppressions.empty()) finding.state = evidence::FindingState::fresh;
  }
}

TreeScan as_tree(HistoryScan scan) {
  name_commits(scan);
  TreeScan tree{.found = std::move(scan.found),
                .not_scanned = std::move(scan.not_scanned),
                .bytes = scan.bytes,
                .interrupted = scan.interrupted};
  tree.files.resize(scan.files);
  return tree;
}

Result<TreeScan> scan_one_text(const ScanRequest& request,
                               std::span<const Scanner* const> scanners) {
  auto answer = CREMA_TRY(scan_text(scanners, kTextName, request.text));
  TreeScan tree{.found = std::move(answer.found), .not_scanned = std::move(answer.not_scanned)};
  set_fingerprints(tree.found);
  tree.files.push_back({.path = kTextName, .size = request.text.size()});
  tree.bytes = request.text.size();
  return tree;
}

}  // namespace

Result<TreeScan> scan_source(const ScanRequest& request, std::span<const MadeScanner> scanners) {
  std::vector<const Scanner*> all;
  for (const auto& made : scanners) all.push_back(made.scanner.get());
  const HistoryRequest history{.root = request.settings.root,
                               .in_hook = request.in_hook,
                               .scanners = all,
                               .threads = request.threads,
                               .on_progress = request.on_progress,
                               .stop = request.stop};
  auto tree = request.source == ScanSource::text      ? CREMA_TRY(scan_one_text(request, all))
              : request.source == ScanSource::history ? as_tree(CREMA_TRY(scan_history(history)))
              : request.source == ScanSource::staged
                  ? as_tree(CREMA_TRY(scan_staged(history)))
                  : as_tree(CREMA_TRY(scan_commits(history, request.range)));
  take_back(tree.found, request.settings.today, request.use_markers);
  return tree;
}

}  // namespace crema::scan
