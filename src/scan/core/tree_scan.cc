#include "crema/scan/core/tree_scan.h"

#include "marker_scanner.h"

#include "crema/base/hash.h"
#include "crema/scan/core/result_cache.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <tuple>
#include <utility>

namespace crema::scan {
namespace {

// The literals of all scanners in one set; each scanner's are those from its place on.
struct AllLiterals {
  LiteralSet set;
  std::vector<std::uint32_t> begins;  // one more than there are scanners

  static Result<AllLiterals> of(std::span<const Scanner* const> scanners) {
    std::vector<Literal> all;
    std::vector<std::uint32_t> begins;
    for (const auto* scanner : scanners) {
      begins.push_back(static_cast<std::uint32_t>(all.size()));
      std::ranges::move(scanner->literals(), std::back_inserter(all));
    }
    begins.push_back(static_cast<std::uint32_t>(all.size()));
    return AllLiterals{CREMA_TRY(LiteralSet::create(all)), std::move(begins)};
  }

  // Those of one scanner among what was found, counted from its own first.
  std::vector<std::uint32_t> of_scanner(std::size_t scanner,
                                        const std::vector<std::uint32_t>& found) const {
    std::vector<std::uint32_t> own;
    for (const auto literal : found)
      if (literal >= begins[scanner] && literal < begins[scanner + 1])
        own.push_back(literal - begins[scanner]);
    return own;
  }
};

// What came of one file: an answer for each scanner that takes it.
struct FileOutcome {
  std::vector<std::optional<FileAnswer>> answers;
  std::string hash;
  std::optional<NotScanned> unread;
  bool read = false;
};

using Scanners = std::vector<const Scanner*>;

class TreePass {
 public:
  // The last of `scanners` is the one of markers.
  TreePass(const TreeScanRequest& request, Scanners scanners, SourceTree tree, AllLiterals literals)
      : request_(request),
        scanners_(std::move(scanners)),
        tree_(std::move(tree)),
        literals_(std::move(literals)) {
    if (!request_.cache.empty()) cache_ = ResultCache::load(request_.cache);
    for (const auto* scanner : scanners_) versions_.push_back(scanner->version());
    outcomes_.resize(tree_.files.size());
  }

  Result<TreeScan> run();

 private:
  const TreeScanRequest& request_;
  Scanners scanners_;
  SourceTree tree_;
  AllLiterals literals_;
  ResultCache cache_;
  std::vector<std::string> versions_;
  std::vector<FileOutcome> outcomes_;
  std::atomic<std::size_t> next_{0};
  std::size_t done_ = 0;
  std::mutex progress_;

  void work(LiteralSet::Search search);
  void look_at(const TreeFile& file, FileOutcome& outcome, LiteralSet::Search& search);
  bool take_from_cache(const TreeFile& file, FileOutcome& outcome, std::string_view hash);
  void conclude(TreeScan& scan);
  void save_cache() const;
};

// Whether nothing is left to ask: all scanners that take the file have answered it before.
bool TreePass::take_from_cache(const TreeFile& file, FileOutcome& outcome, std::string_view hash) {
  bool whole = true;
  for (std::size_t i = 0; i < scanners_.size(); ++i) {
    const auto& scanner = *scanners_[i];
    if (!scanner.takes(file) || outcome.answers[i]) continue;
    outcome.answers[i] = cache_.find(file, scanner.name(), versions_[i], hash);
    whole = whole && outcome.answers[i];
  }
  return whole;
}

void TreePass::look_at(const TreeFile& file, FileOutcome& outcome, LiteralSet::Search& search) {
  outcome.answers.resize(scanners_.size());
  outcome.hash = cache_.hash_of(file);
  if (take_from_cache(file, outcome, {})) return;
  const auto text = read_source(request_.root, file, request_.walk.largest_file);
  outcome.read = true;
  if (!text) {
    outcome.unread = NotScanned{file.path, text.error().code, text.error().message};
    return;
  }
  if (!request_.cache.empty()) {
    outcome.hash = sha256_hex(*text);
    if (take_from_cache(file, outcome, outcome.hash)) return;
  }
  std::vector<std::uint32_t> which;
  literals_.set.find_which(*text, search, which);
  for (std::size_t i = 0; i < scanners_.size(); ++i) {
    const auto& scanner = *scanners_[i];
    if (!scanner.takes(file) || outcome.answers[i]) continue;
    const auto own = literals_.of_scanner(i, which);
    outcome.answers[i] = scanner.look_at({.file = file, .text = *text, .literals = own});
  }
}

void TreePass::work(LiteralSet::Search search) {
  for (;;) {
    const auto at = next_++;
    if (at >= tree_.files.size() || request_.stop.stop_requested()) return;
    look_at(tree_.files[at], outcomes_[at], search);
    const std::lock_guard lock(progress_);
    ++done_;
    if (request_.on_progress) request_.on_progress(done_, tree_.files.size());
  }
}

void add_not_scanned(TreeScan& scan, std::vector<NotScanned> left_out, const Scanner& scanner) {
  for (auto& one : left_out) {
    one.scanner = scanner.name();
    scan.not_scanned.push_back(std::move(one));
  }
}

void TreePass::conclude(TreeScan& scan) {
  for (std::size_t i = 0; i < scanners_.size(); ++i) {
    std::vector<FileNotes> notes;
    for (std::size_t file = 0; file < tree_.files.size(); ++file) {
      const auto& answers = outcomes_[file].answers;
      if (i < answers.size() && answers[i] && !answers[i]->notes.empty())
        notes.push_back({tree_.files[file].path, answers[i]->notes});
    }
    auto answer = scanners_[i]->conclude(notes);
    std::ranges::move(answer.found, std::back_inserter(scan.found));
    add_not_scanned(scan, std::move(answer.not_scanned), *scanners_[i]);
  }
}

void TreePass::save_cache() const {
  std::vector<ResultCache::Entry> entries;
  for (std::size_t file = 0; file < tree_.files.size(); ++file) {
    const auto& outcome = outcomes_[file];
    if (outcome.hash.empty()) continue;
    ResultCache::Entry entry{.file = tree_.files[file], .hash = outcome.hash};
    for (std::size_t i = 0; i < outcome.answers.size(); ++i)
      if (outcome.answers[i])
        entry.answers.push_back(
            ResultCache::make_answer(scanners_[i]->name(), versions_[i], *outcome.answers[i]));
    entries.push_back(std::move(entry));
  }
  std::vector<std::string_view> asked;
  for (const auto* scanner : scanners_) asked.push_back(scanner->name());
  cache_.add_rest(entries, asked, [&](std::string_view path) {
    return !request_.walk.below.empty() && !is_below(path, request_.walk.below);
  });
  // It would only have saved time.
  (void)ResultCache::save(request_.cache, entries).has_value();
}

auto place_of(const Found& found) {
  static const evidence::FindingLocation kNowhere;
  const auto& all = found.finding.locations;
  const auto& first = all.empty() ? kNowhere : all.front();
  return std::tie(first.path, first.line, first.column, found.finding.rule, found.subject,
                  found.content, found.finding.message);
}

Result<TreeScan> TreePass::run() {
  const auto threads = std::clamp<std::size_t>(request_.threads, 1, tree_.files.size() + 1);
  std::vector<LiteralSet::Search> searches;
  for (std::size_t i = 0; i < threads; ++i)
    searches.push_back(CREMA_TRY(literals_.set.make_search()));
  {
    std::vector<std::jthread> pool;
    for (auto& search : searches)
      pool.emplace_back([this, own = std::move(search)]() mutable { work(std::move(own)); });
  }
  TreeScan scan{.ignored = tree_.ignored, .interrupted = request_.stop.stop_requested()};
  scan.not_scanned = std::move(tree_.not_scanned);
  if (!request_.cache.empty() && !scan.interrupted) save_cache();
  conclude(scan);
  for (std::size_t file = 0; file < tree_.files.size(); ++file) {
    auto& outcome = outcomes_[file];
    scan.bytes += tree_.files[file].size;
    if (!outcome.read) ++scan.from_cache;
    if (outcome.unread) scan.not_scanned.push_back(std::move(*outcome.unread));
    if (!outcome.answers.empty() && outcome.answers.back() &&
        !outcome.answers.back()->notes.empty())
      scan.markers.push_back(
          {tree_.files[file].path, MarkerScanner::markers_of(outcome.answers.back()->notes)});
    for (std::size_t i = 0; i < outcome.answers.size(); ++i) {
      auto& answer = outcome.answers[i];
      if (!answer) continue;
      std::ranges::move(answer->found, std::back_inserter(scan.found));
      add_not_scanned(scan, std::move(answer->not_scanned), *scanners_[i]);
    }
  }
  std::ranges::sort(scan.found, {}, place_of);
  std::ranges::sort(scan.not_scanned);
  set_fingerprints(scan.found);
  scan.files = std::move(tree_.files);
  return scan;
}

}  // namespace

Result<TreeScan> scan_tree(const TreeScanRequest& request) {
  auto tree = CREMA_TRY(walk_tree(request.root, request.walk));
  const MarkerScanner markers;
  Scanners scanners(request.scanners.begin(), request.scanners.end());
  scanners.push_back(&markers);
  auto literals = CREMA_TRY(AllLiterals::of(scanners));
  return TreePass(request, std::move(scanners), std::move(tree), std::move(literals)).run();
}

}  // namespace crema::scan
