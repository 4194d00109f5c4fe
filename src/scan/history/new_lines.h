// What a version of a file has that no earlier one had: its new lines and those around them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace crema::scan {

// Some of the lines of a text, with the numbers they have there.
struct TextPart {
  std::string text;
  std::vector<std::uint32_t> lines;  // by line of the part; 0 for one that stands between two parts
  std::vector<bool> fresh;           // by line of the part

  bool empty() const { return lines.empty(); }
};

class NewLines {
 public:
  // Of the next version. All of it where most is new.
  TextPart of(std::string_view text);

 private:
  std::unordered_set<std::uint64_t> seen_;  // hashes of lines
};

}  // namespace crema::scan
