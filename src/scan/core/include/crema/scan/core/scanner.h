// What every family of scanners is: it looks at each file alone, by several threads at once, and
// then at the whole tree by what it noted of the files.
//
// The answer for a file depends on nothing but its path, its bytes and the scanner's version: so it
// is kept, and a file that did not change is not even opened again.
#pragma once

#include "crema/scan/core/fingerprint.h"
#include "crema/scan/core/literal_set.h"
#include "crema/scan/core/rule.h"
#include "crema/scan/core/source_tree.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

struct FileAnswer {
  std::vector<Found> found;
  std::vector<NotScanned> not_scanned;
  // What the second stage needs of this file, in the scanner's own form; "" for nothing.
  std::string notes;
};

struct FileView {
  const TreeFile& file;
  std::string_view text;
  // Which of the scanner's literals are in it, ascending, by their places in literals().
  std::span<const std::uint32_t> literals;
};

struct FileNotes {
  std::string_view path;
  std::string_view notes;
};

struct TreeAnswer {
  std::vector<Found> found;
  std::vector<NotScanned> not_scanned;
};

class Scanner {
 public:
  Scanner() = default;
  Scanner(const Scanner&) = delete;
  Scanner& operator=(const Scanner&) = delete;
  virtual ~Scanner() = default;

  // Its own, told apart from all others: "secrets", "dockerfile". A family of findings may have
  // several scanners.
  virtual std::string_view name() const = 0;
  // Another text whenever the answer for the same bytes may be another: rules, settings, data.
  virtual std::string version() const = 0;
  virtual std::span<const Rule> rules() const = 0;
  // What it knows beside its rules, and how old that is: "Go advisories of 2026-08-21".
  virtual std::string data() const { return ""; }
  virtual std::vector<Literal> literals() const { return {}; }
  // By its name and size alone.
  virtual bool takes(const TreeFile& file) const = 0;
  virtual FileAnswer look_at(const FileView& view) const = 0;
  // `notes` by path, of the files that left any.
  virtual TreeAnswer conclude(std::span<const FileNotes> notes) const {
    (void)notes;
    return {};
  }
};

}  // namespace crema::scan
