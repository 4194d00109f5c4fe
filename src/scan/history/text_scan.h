// All scanners on one text, with one search for the words of all of them.
#pragma once

#include "crema/scan/core/scanner.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

// What the threads share.
class TextScan {
 public:
  static Result<TextScan> create(std::span<const Scanner* const> scanners);
  Result<LiteralSet::Search> make_search() const { return literals_.make_search(); }
  FileAnswer look_at(const std::string& path, std::string_view text,
                     LiteralSet::Search& search) const {
    return look_at(path, text, text, search);
  }
  // Looks at a part; the words are those of the whole.
  FileAnswer look_at(const std::string& path, std::string_view whole, std::string_view part,
                     LiteralSet::Search& search) const;

 private:
  std::span<const Scanner* const> scanners_;
  std::vector<std::size_t> begins_;  // of each scanner's literals in the set
  LiteralSet literals_;

  TextScan(std::span<const Scanner* const> scanners, std::vector<std::size_t> begins,
           LiteralSet literals)
      : scanners_(scanners), begins_(std::move(begins)), literals_(std::move(literals)) {}
};

}  // namespace crema::scan
