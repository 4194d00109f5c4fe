#include "new_lines.h"

#include <algorithm>
#include <functional>

namespace crema::scan {
namespace {

// What matches may begin some lines above a new one, or end below.
constexpr std::size_t kAround = 6;

struct Line {
  std::string_view text;  // with its end
  bool fresh = false;
  bool shown = false;
};

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    lines.push_back({.text = text.substr(begin, end - begin)});
    begin = end;
  }
  return lines;
}

}  // namespace

TextPart NewLines::of(std::string_view text) {
  auto lines = lines_of(text);
  std::size_t until = 0;  // lines before this one are shown
  for (std::size_t i = 0; i < lines.size(); ++i) {
    lines[i].fresh = seen_.insert(std::hash<std::string_view>{}(lines[i].text)).second;
    if (!lines[i].fresh) continue;
    for (auto at = std::max(until, i - std::min(i, kAround));
         at < std::min(i + kAround + 1, lines.size()); ++at)
      lines[at].shown = true;
    until = std::min(i + kAround + 1, lines.size());
  }
  TextPart part;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i].shown) continue;
    if (i > 0 && !lines[i - 1].shown && !part.empty()) {
      // So many blank lines that nothing matches across them.
      for (std::size_t blank = 0; blank < 2 * kAround * 4; ++blank) {
        part.text += '\n';
        part.lines.push_back(0);
        part.fresh.push_back(false);
      }
    }
    part.text += lines[i].text;
    part.lines.push_back(static_cast<std::uint32_t>(i + 1));
    part.fresh.push_back(lines[i].fresh);
  }
  return part;
}

}  // namespace crema::scan
