// The line of a finding with a caret under its place, as a terminal shows it.
#pragma once

#include "crema/evidence/style.h"
#include "crema/scan/scan_run.h"

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::cli {

class ScanFrames {
 public:
  // `found` tells where secrets are: of these no line shows anything.
  ScanFrames(std::filesystem::path root, std::span<const scan::Found> found);

  // Two lines; "" where the place has no line that can be read.
  std::string frame(const evidence::FindingLocation& place, const evidence::Style& style);

 private:
  struct Hidden {
    std::uint32_t line, column, end_line, end_column;
  };
  std::filesystem::path root_;
  std::map<std::string, std::vector<Hidden>, std::less<>> secrets_;
  std::map<std::string, std::optional<std::vector<std::string>>, std::less<>> files_;

  const std::string* line_of(const std::string& path, std::uint32_t line);
  std::string masked(const std::string& path, std::uint32_t line, std::string text) const;
};

}  // namespace crema::cli
