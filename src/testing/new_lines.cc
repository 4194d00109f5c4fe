#include "crema/testing/new_lines.h"

#include "crema/base/strings.h"

#include <charconv>

namespace crema::testing {
namespace {

// git's C-like quoting: "b/with \"quotes\" and \303\274".
std::string unquoted(std::string_view name) {
  if (name.size() < 2 || name.front() != '"' || name.back() != '"') return std::string(name);
  name = name.substr(1, name.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] != '\\' || i + 1 == name.size()) {
      out += name[i];
      continue;
    }
    const char next = name[++i];
    if (next >= '0' && next <= '7' && i + 2 < name.size()) {
      out += static_cast<char>((next - '0') * 64 + (name[i + 1] - '0') * 8 + (name[i + 2] - '0'));
      i += 2;
    } else {
      out += next == 't' ? '\t' : next == 'n' ? '\n' : next;
    }
  }
  return out;
}

}  // namespace

NewLines parse_diff(std::string_view diff) {
  NewLines found;
  std::string file;
  std::uint64_t expected = 0;  // lines of the hunk still to come: they may look like anything
  for (const auto line : split_lines(diff)) {
    if (expected > 0) {
      if (line.starts_with('+') || line.starts_with('-')) --expected;
      continue;
    }
    if (line.starts_with("+++ ")) {
      auto name = unquoted(line.substr(4));
      while (name.ends_with('\t')) name.pop_back();
      file = name.starts_with("b/") ? name.substr(2) : "";
    } else if (line.starts_with("@@ -")) {
      // @@ -12,3 +14,2 @@
      const auto numbers = [&](std::size_t at, std::uint32_t& first, std::uint32_t& count) {
        const auto* end = line.data() + line.size();
        auto [rest, error] = std::from_chars(line.data() + at, end, first);
        count = 1;
        if (error == std::errc() && rest != end && *rest == ',')
          std::from_chars(rest + 1, end, count);
      };
      std::uint32_t old_first = 0, old_count = 0, first = 0, count = 0;
      numbers(4, old_first, old_count);
      const auto plus = line.find(" +", 4);
      if (plus == std::string_view::npos) continue;
      numbers(plus + 2, first, count);
      expected = std::uint64_t{old_count} + count;
      if (file.empty() || count > 10'000'000) continue;
      auto& lines = found[file];
      for (std::uint32_t i = 0; i < count; ++i) lines.insert(first + i);
    }
  }
  return found;
}

}  // namespace crema::testing
