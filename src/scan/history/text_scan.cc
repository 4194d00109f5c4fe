#include "text_scan.h"

#include "crema/scan/core/marker.h"
#include "crema/scan/history/history_scan.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace crema::scan {

namespace {

// Comments take findings back in the version of the file that they stand in. Whether a day is over
// is for who knows the day.
void apply_markers(std::string_view path, std::string_view text, std::vector<Found>& found) {
  if (found.empty()) return;
  for (const auto& marker : find_markers(path, text))
    for (auto& one : found) {
      if (!covers(marker, one)) continue;
      one.finding.state = evidence::FindingState::suppressed;
      one.finding.suppressions.push_back(
          {.by = std::string(path) + ":" + std::to_string(marker.line),
           .reason = marker.reason,
           .until = marker.until});
    }
}

}  // namespace

Result<TextScan> TextScan::create(std::span<const Scanner* const> scanners) {
  std::vector<Literal> all;
  std::vector<std::size_t> begins;
  for (const auto* scanner : scanners) {
    begins.push_back(all.size());
    std::ranges::move(scanner->literals(), std::back_inserter(all));
  }
  begins.push_back(all.size());
  return TextScan(scanners, std::move(begins), CREMA_TRY(LiteralSet::create(all)));
}

FileAnswer TextScan::look_at(const std::string& path, std::string_view whole, std::string_view part,
                             LiteralSet::Search& search) const {
  FileAnswer all;
  const TreeFile file{.path = path, .size = whole.size()};
  std::vector<std::uint32_t> which;
  literals_.find_which(whole, search, which);
  for (std::size_t i = 0; i < scanners_.size(); ++i) {
    if (!scanners_[i]->takes(file)) continue;
    std::vector<std::uint32_t> own;
    for (const auto literal : which)
      if (literal >= begins_[i] && literal < begins_[i + 1])
        own.push_back(literal - static_cast<std::uint32_t>(begins_[i]));
    auto answer = scanners_[i]->look_at({.file = file, .text = part, .literals = own});
    std::ranges::move(answer.found, std::back_inserter(all.found));
    std::ranges::move(answer.not_scanned, std::back_inserter(all.not_scanned));
  }
  apply_markers(path, text, all.found);
  return all;
}

Result<FileAnswer> scan_text(std::span<const Scanner* const> scanners, const std::string& path,
                             std::string_view text) {
  const auto scan = CREMA_TRY(TextScan::create(scanners));
  auto search = CREMA_TRY(scan.make_search());
  auto answer = scan.look_at(path, text, search);
  set_fingerprints(answer.found);
  return answer;
}

}  // namespace crema::scan
