// Finds the markers of a tree in the same pass as everything else, and keeps them in the same
// cache.
#pragma once

#include "crema/scan/core/marker.h"
#include "crema/scan/core/scanner.h"

#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

class MarkerScanner : public Scanner {
 public:
  std::string_view name() const override { return "markers"; }
  std::string version() const override;
  std::span<const Rule> rules() const override { return {}; }
  std::vector<Literal> literals() const override;
  bool takes(const TreeFile&) const override { return true; }
  FileAnswer look_at(const FileView& view) const override;

  static std::vector<Marker> markers_of(std::string_view notes);
};

}  // namespace crema::scan
