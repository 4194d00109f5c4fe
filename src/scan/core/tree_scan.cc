#include "crema/scan/core/tree_scan.h"

#include "marker_scanner.h"

#include "crema/base/hash.h"
#include "crema/scan/core/result_cache.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <numeric>
#include <optional>
#include <thread>
#include <tuple>
#include <utility>

namespace crema::scan {
namespace {

// The literals of all scanners in one set; each scanner's are those from its place on. The set is
// made when the first file is read: where nothing changed nobody needs it.
class AllLiterals {
 public:
  explicit AllLiterals(std::span<const Scanner* const> scanners) {
    for (const auto* scanner : scanners) {
      begins_.push_back(static_cast<std::uint32_t>(all_.size()));
      std::ranges::move(scanner->literals(), std::back_inserter(all_));
    }
    begins_.push_back(static_cast<std::uint32_t>(all_.size()));
  }

  // For several threads at once; null where it cannot be made.
  const LiteralSet* set() {
    std::call_once(once_, [this] {
      auto made = LiteralSet::create(all_);
      if (made)
        set_.emplace(std::move(*made));
      else
        problem = made.error();
    });
    return set_ ? &*set_ : nullptr;
  }
  std::optional<Diagnostic> problem;

  // Those of one scanner among what was found, counted from its own first.
  std::vector<std::uint32_t> of_scanner(std::size_t scanner,
                                        const std::vector<std::uint32_t>& found) const {
    std::vector<std::uint32_t> own;
    for (const auto literal : found)
      if (literal >= begins_[scanner] && literal < begins_[scanner + 1])
        own.push_back(literal - begins_[scanner]);
    return own;
  }

 private:
  std::vector<std::uint32_t> begins_;  // one more than there are scanners
  std::vector<Literal> all_;
  std::once_flag once_;
  std::optional<LiteralSet> set_;
};

// What one thread searches with.
using Search = std::optional<LiteralSet::Search>;

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
  TreePass(const TreeScanRequest& request, Scanners scanners, SourceTree tree, ResultCache cache)
      : request_(request),
        scanners_(std::move(scanners)),
        tree_(std::move(tree)),
        literals_(scanners_),
        cache_(std::move(cache)) {
    for (const auto* scanner : scanners_) versions_.push_back(scanner->version());
    outcomes_.resize(tree_.files.size());
    order_.resize(tree_.files.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::ranges::sort(order_, {},
                      [&](std::size_t file) { return std::pair(~tree_.files[file].size, file); });
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
  std::vector<std::size_t> order_;  // of the files: the largest first, or one thread ends alone
  std::atomic<std::size_t> next_{0};
  std::size_t done_ = 0;
  std::mutex progress_;

  void work();
  void look_at(const TreeFile& file, FileOutcome& outcome, Search& search);
  bool take_from_cache(const TreeFile& file, FileOutcome& outcome, std::string_view hash);
  void conclude(TreeScan& scan);
  bool takes(std::size_t scanner, const TreeFile& file) const;
  bool changed() const;
  void save_cache() const;
};

// Comments matter only in files that somebody else looks at.
bool TreePass::takes(std::size_t scanner, const TreeFile& file) const {
  if (scanner + 1 < scanners_.size()) return scanners_[scanner]->takes(file);
  return std::any_of(scanners_.begin(), scanners_.end() - 1,
                     [&](const Scanner* other) { return other->takes(file); });
}

// Whether nothing is left to ask: all scanners that take the file have answered it before.
bool TreePass::take_from_cache(const TreeFile& file, FileOutcome& outcome, std::string_view hash) {
  bool whole = true;
  for (std::size_t i = 0; i < scanners_.size(); ++i) {
    const auto& scanner = *scanners_[i];
    if (!takes(i, file) || outcome.answers[i]) continue;
    outcome.answers[i] = cache_.find(file, scanner.name(), versions_[i], hash);
    whole = whole && outcome.answers[i];
  }
  return whole;
}

void TreePass::look_at(const TreeFile& file, FileOutcome& outcome, Search& search) {
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
  const auto* set = literals_.set();
  if (set == nullptr) return;
  if (!search) {
    auto made = set->make_search();
    if (!made) {
      outcome.unread = NotScanned{file.path, made.error().code, made.error().message};
      return;
    }
    search.emplace(std::move(*made));
  }
  std::vector<std::uint32_t> which;
  set->find_which(*text, *search, which);
  for (std::size_t i = 0; i < scanners_.size(); ++i) {
    const auto& scanner = *scanners_[i];
    if (!takes(i, file) || outcome.answers[i]) continue;
    const auto own = literals_.of_scanner(i, which);
    outcome.answers[i] = scanner.look_at({.file = file, .text = *text, .literals = own});
  }
}

void TreePass::work() {
  Search search;
  for (;;) {
    const auto turn = next_++;
    if (turn >= order_.size() || request_.stop.stop_requested()) return;
    const auto at = order_[turn];
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

// Each scanner by itself, beside the others: what they conclude does not hang on each other.
void TreePass::conclude(TreeScan& scan) {
  std::vector<TreeAnswer> answers(scanners_.size());
  const auto ask = [&](std::size_t i) {
    std::vector<FileNotes> notes;
    for (std::size_t file = 0; file < tree_.files.size(); ++file) {
      const auto& own = outcomes_[file].answers;
      if (i < own.size() && own[i] && !own[i]->notes.empty())
        notes.push_back({tree_.files[file].path, own[i]->notes});
    }
    answers[i] = scanners_[i]->conclude(notes);
  };
  {
    std::vector<std::jthread> pool;
    for (std::size_t i = 0; i < scanners_.size(); ++i) {
      if (request_.threads > 1)
        pool.emplace_back([&ask, i] { ask(i); });
      else
        ask(i);
    }
  }
  for (std::size_t i = 0; i < scanners_.size(); ++i) {
    std::ranges::move(answers[i].found, std::back_inserter(scan.found));
    add_not_scanned(scan, std::move(answers[i].not_scanned), *scanners_[i]);
  }
}

// Whether the cache would be another one.
bool TreePass::changed() const {
  return cache_.size() != tree_.files.size() || std::ranges::any_of(outcomes_, &FileOutcome::read);
}

void TreePass::save_cache() const {
  std::vector<ResultCache::Entry> entries;
  for (std::size_t file = 0; file < tree_.files.size(); ++file) {
    const auto& outcome = outcomes_[file];
    if (outcome.hash.empty()) continue;
    ResultCache::Entry entry{.file = tree_.files[file], .hash = outcome.hash};
    for (std::size_t i = 0; i < outcome.answers.size(); ++i)
      if (const auto& answer = outcome.answers[i])
        entry.answers.push_back(
            ResultCache::make_answer(scanners_[i]->name(), versions_[i], *answer));
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
  static const evidence::FindingLocation nowhere;
  const auto& all = found.finding.locations;
  const auto& first = all.empty() ? nowhere : all.front();
  return std::tie(first.path, first.line, first.column, found.finding.rule, found.subject,
                  found.content, found.finding.message);
}

Result<TreeScan> TreePass::run() {
  const auto threads = std::clamp<std::size_t>(request_.threads, 1, tree_.files.size() + 1);
  {
    std::vector<std::jthread> pool;
    pool.reserve(threads);
    for (std::size_t i = 0; i < threads; ++i) pool.emplace_back([this] { work(); });
  }
  if (literals_.problem) return fail(*literals_.problem);
  TreeScan scan{.ignored = tree_.ignored, .interrupted = request_.stop.stop_requested()};
  scan.not_scanned = std::move(tree_.not_scanned);
  if (!request_.cache.empty() && !scan.interrupted && changed()) save_cache();
  conclude(scan);
  for (std::size_t file = 0; file < tree_.files.size(); ++file) {
    auto& outcome = outcomes_[file];
    scan.bytes += tree_.files[file].size;
    if (!outcome.read && takes(scanners_.size() - 1, tree_.files[file])) ++scan.from_cache;
    if (outcome.unread) scan.not_scanned.push_back(std::move(*outcome.unread));
    if (!outcome.answers.empty())
      if (const auto& markers = outcome.answers.back(); markers && !markers->notes.empty())
        scan.markers.push_back({tree_.files[file].path, MarkerScanner::markers_of(markers->notes)});
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

Result<TreeScan> scan_tree(const TreeScanRequest& request, std::optional<SourceTree> walked) {
  auto loading = std::async(std::launch::async, [&] {
    return request.cache.empty() ? ResultCache() : ResultCache::load(request.cache);
  });
  if (!walked) walked = CREMA_TRY(walk_tree(request.root, request.walk));
  const MarkerScanner markers;
  Scanners scanners(request.scanners.begin(), request.scanners.end());
  scanners.push_back(&markers);
  return TreePass(request, std::move(scanners), std::move(*walked), loading.get()).run();
}

}  // namespace crema::scan
