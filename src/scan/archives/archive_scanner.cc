#include "crema/scan/archives/archive_scanner.h"

#include "crema/base/hash.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace crema::scan {
namespace {

// Changed with what is unpacked, and how it is named.
constexpr std::string_view kMethod = "1";

}  // namespace

// One file of the tree with all that is within it.
class ArchiveScanner::Unpacking {
 public:
  Unpacking(const ArchiveScanner& scanner, LiteralSet::Search search)
      : scanner_(scanner), search_(std::move(search)), left_(scanner.settings_.limits) {}

  // `shown` is how the archive is called in what is found.
  void archive(const std::string& shown, std::string_view bytes, std::size_t depth) {
    const auto limits = left_;
    const auto read = read_archive(shown, bytes, limits, [&](const ArchivedFile& file) {
      left_.most_files -= std::min<std::size_t>(left_.most_files, 1);
      left_.most_bytes -= std::min<std::uint64_t>(left_.most_bytes, file.bytes.size());
      const auto inner = shown + "!" + file.path;
      if (!file.not_read.empty()) {
        not_scanned(inner, "archive/unread", file.not_read);
        return;
      }
      if (!is_archive(file.path)) {
        look_at(shown, file);
      } else if (depth + 1 > scanner_.settings_.depth) {
        not_scanned(inner, "archive/too-deep",
                    fmt::format("it is an archive in an archive, {} deep", depth));
      } else {
        archive(inner, file.bytes, depth + 1);
      }
    });
    if (!read) not_scanned(shown, read.error().code, read.error().message);
  }

  FileAnswer take() { return std::move(answer_); }

 private:
  const ArchiveScanner& scanner_;
  LiteralSet::Search search_;
  ArchiveLimits left_;
  FileAnswer answer_;

  void not_scanned(std::string path, std::string code, std::string reason) {
    answer_.not_scanned.push_back({std::move(path), std::move(code), std::move(reason)});
  }

  // The scanners see the path within, so that rules about paths hold there as well.
  void look_at(const std::string& shown, const ArchivedFile& archived) {
    const TreeFile file{.path = archived.path, .size = archived.bytes.size()};
    std::vector<std::uint32_t> which;
    scanner_.literals_.find_which(archived.bytes, search_, which);
    for (std::size_t i = 0; i < scanner_.scanners_.size(); ++i) {
      if (!scanner_.scanners_[i]->takes(file)) continue;
      std::vector<std::uint32_t> own;
      for (const auto literal : which)
        if (literal >= scanner_.begins_[i] && literal < scanner_.begins_[i + 1])
          own.push_back(literal - static_cast<std::uint32_t>(scanner_.begins_[i]));
      auto answer =
          scanner_.scanners_[i]->look_at({.file = file, .text = archived.bytes, .literals = own});
      for (auto& found : answer.found) {
        for (auto& location : found.finding.locations) location.path = shown + "!" + location.path;
        answer_.found.push_back(std::move(found));
      }
      for (auto& one : answer.not_scanned)
        not_scanned(shown + "!" + one.path, std::move(one.code), std::move(one.reason));
    }
  }
};

Result<std::unique_ptr<ArchiveScanner>> ArchiveScanner::create(std::vector<const Scanner*> scanners,
                                                               const ArchiveSettings& settings) {
  std::vector<Literal> all;
  std::vector<std::size_t> begins;
  for (const auto* scanner : scanners) {
    begins.push_back(all.size());
    std::ranges::move(scanner->literals(), std::back_inserter(all));
  }
  begins.push_back(all.size());
  auto literals = CREMA_TRY(LiteralSet::create(all));
  return std::unique_ptr<ArchiveScanner>(
      new ArchiveScanner(std::move(scanners), settings, std::move(begins), std::move(literals)));
}

ArchiveScanner::ArchiveScanner(std::vector<const Scanner*> scanners,
                               const ArchiveSettings& settings, std::vector<std::size_t> begins,
                               LiteralSet literals)
    : scanners_(std::move(scanners)),
      settings_(settings),
      begins_(std::move(begins)),
      literals_(std::move(literals)) {}

std::string ArchiveScanner::version() const {
  auto all = fmt::format("{} {} {} {} {}", kMethod, settings_.depth, settings_.limits.largest_file,
                         settings_.limits.most_bytes, settings_.limits.most_files);
  for (const auto* scanner : scanners_)
    all += fmt::format(" {} {}", scanner->name(), scanner->version());
  return sha256_hex(all).substr(0, 16);
}

bool ArchiveScanner::takes(const TreeFile& file) const {
  return settings_.depth > 0 && is_archive(file.path);
}

FileAnswer ArchiveScanner::look_at(const FileView& view) const {
  auto search = literals_.make_search();
  if (!search) {
    FileAnswer answer;
    answer.not_scanned.push_back({view.file.path, search.error().code, search.error().message});
    return answer;
  }
  Unpacking unpacking(*this, std::move(*search));
  unpacking.archive(view.file.path, view.text, 1);
  return unpacking.take();
}

}  // namespace crema::scan
