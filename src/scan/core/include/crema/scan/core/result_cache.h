// What scanners answered for the files of a tree the last time: a file that did not change is not
// opened again.
#pragma once

#include "crema/base/result.h"
#include "crema/scan/core/scanner.h"
#include "crema/scan/core/source_tree.h"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

// Filled anew by each scan: what is neither kept again nor left out of the scan is gone. Reading is
// for several threads at once.
class ResultCache {
 public:
  // One that is not there, damaged or another version's is empty: it costs time, nothing else.
  static ResultCache load(const std::filesystem::path& path);

  // The answer of the scanner of this name and version for this very file, as it was met then;
  // or, where `hash` (of its bytes) is given, for a file at this path with these bytes.
  std::optional<FileAnswer> find(const TreeFile& file, std::string_view scanner,
                                 std::string_view version, std::string_view hash = {}) const;
  std::size_t size() const { return entries_.size(); }  // in files
  // The hash of the file's bytes where it did not change; "" where nobody knows.
  std::string_view hash_of(const TreeFile& file) const;

  struct Answer {
    std::string scanner;
    std::string version;
    std::string bytes;  // encoded
  };
  struct Entry {
    TreeFile file;
    std::string hash;
    std::vector<Answer> answers;
  };
  static Answer make_answer(std::string_view scanner, std::string_view version,
                            const FileAnswer& answer);
  // Adds to the answers of a scan what it did not ask for: those of other scanners for the same
  // bytes, and files that it was not to look at.
  void add_rest(std::vector<Entry>& entries, std::span<const std::string_view> asked,
                const std::function<bool(std::string_view path)>& left_out) const;
  // Replaces the file at once: a reader sees the old or the new one.
  static Result<> save(const std::filesystem::path& path, const std::vector<Entry>& entries);

 private:
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace crema::scan
