// .gitleaksignore: a fingerprint of gitleaks on each line, `[commit:]file:rule:line`.
#include "entry.h"

#include "crema/base/strings.h"

#include <charconv>

namespace crema::scan {
namespace {

constexpr std::size_t kParts = 3;  // file, rule, line; with a commit before them

}  // namespace

Result<WaiverList> read_gitleaksignore(const SourcePtr& file) {
  WaiverList list;
  for (std::uint32_t number = 1; number <= file->line_count(); ++number) {
    const auto line = trim(file->line(number));
    if (line.empty() || line.starts_with('#')) continue;
    auto parts = split(line, ':');
    std::string commit;
    if (parts.size() == kParts + 1) {
      commit = to_lower(parts.front());
      parts.erase(parts.begin());
    }
    std::uint32_t place = 0;
    const bool right =
        parts.size() == kParts &&
        std::from_chars(parts[2].data(), parts[2].data() + parts[2].size(), place).ec ==
            std::errc();
    if (!right) {
      list.warnings.push_back(
          entry_warning(file, number, "this is no fingerprint of gitleaks, so it covers nothing",
                        "write `file:rule:line`, or the same after `commit:`"));
      continue;
    }
    list.waivers.push_back({.rules = {std::string(parts[1])},
                            .family = "secrets",
                            .paths = {"/" + std::string(parts[0])},
                            .commit = std::move(commit),
                            .line = place,
                            .place = {file, number, 1}});
  }
  return list;
}

}  // namespace crema::scan
