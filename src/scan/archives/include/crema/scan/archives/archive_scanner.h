// Lets scanners of single files look into archives.
#pragma once

#include "crema/scan/archives/archive_reader.h"
#include "crema/scan/core/scanner.h"

#include <optional>
#include <string>
#include <vector>

namespace crema::scan {

struct ArchiveSettings {
  std::size_t depth = 2;  // archives within archives; 0: none is looked into
  ArchiveLimits limits;   // of one file of the tree, with all that is within
};

class ArchiveScanner : public Scanner {
 public:
  // The scanners must outlive it. What they note for their second stage is not asked for: a file in
  // an archive is no part of the tree.
  static Result<std::unique_ptr<ArchiveScanner>> create(std::vector<const Scanner*> scanners,
                                                        const ArchiveSettings& settings);

  std::string_view name() const override { return "archives"; }
  std::string version() const override;
  std::span<const Rule> rules() const override { return {}; }
  bool takes(const TreeFile& file) const override;
  FileAnswer look_at(const FileView& view) const override;

 private:
  class Unpacking;
  std::vector<const Scanner*> scanners_;
  ArchiveSettings settings_;
  std::vector<std::size_t> begins_;  // of each scanner's literals in the set
  LiteralSet literals_;

  ArchiveScanner(std::vector<const Scanner*> scanners, const ArchiveSettings& settings,
                 std::vector<std::size_t> begins, LiteralSet literals);
};

}  // namespace crema::scan
