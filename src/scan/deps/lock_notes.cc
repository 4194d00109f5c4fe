#include "lock_notes.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace crema::scan {
namespace {

constexpr char kBetween = '\x1f';

std::string plain(const std::string& text) {
  std::string out;
  for (const char c : text)
    if (static_cast<unsigned char>(c) >= ' ') out += c;
  return out;
}

}  // namespace

std::string encode(const LockFile& file) {
  auto text = fmt::format("{}\t{}\n", plain(file.name), plain(file.version));
  for (const auto& package : file.packages) {
    std::string needs;
    for (const auto& need : package.needs) needs += plain(need) + kBetween;
    text += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}{}\t{}\n", plain(package.place),
                        plain(package.name), plain(package.version), plain(package.from),
                        plain(package.integrity), package.line, package.development ? 'd' : '-',
                        package.direct ? 'r' : '-', needs);
  }
  return text;
}

LockFile decode_lock(std::string_view text) {
  LockFile file;
  bool first = true;
  for (const auto row : split_lines(text)) {
    const auto parts = split(row, '\t');
    if (std::exchange(first, false)) {
      file.name = parts.front();
      if (parts.size() > 1) file.version = parts[1];
      continue;
    }
    if (parts.size() != 8) continue;
    LockedPackage package{.name = std::string(parts[1]),
                          .version = std::string(parts[2]),
                          .from = std::string(parts[3]),
                          .place = std::string(parts[0]),
                          .integrity = std::string(parts[4]),
                          .development = parts[6].starts_with('d'),
                          .direct = parts[6].ends_with('r')};
    std::from_chars(parts[5].data(), parts[5].data() + parts[5].size(), package.line);
    for (const auto need : split(parts[7], kBetween))
      if (!need.empty()) package.needs.emplace_back(need);
    file.packages.push_back(std::move(package));
  }
  return file;
}

}  // namespace crema::scan
