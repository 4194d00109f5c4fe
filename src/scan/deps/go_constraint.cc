// Which Go files a build takes.
#include "crema/base/strings.h"
#include "crema/scan/deps/go_source.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace crema::scan {
namespace {

constexpr std::string_view kSystems[] = {
    "aix",   "android", "darwin", "dragonfly", "freebsd", "hurd",    "illumos", "ios",     "js",
    "linux", "nacl",    "netbsd", "openbsd",   "plan9",   "solaris", "wasip1",  "windows", "zos"};
constexpr std::string_view kMachines[] = {
    "386",    "amd64", "arm",     "arm64",   "loong64", "mips",     "mips64",    "mips64le",
    "mipsle", "ppc64", "ppc64le", "riscv64", "s390x",   "wasm",     "armbe",     "arm64be",
    "ppc",    "riscv", "sparc",   "sparc64", "s390",    "amd64p32", "mips64p32", "mips64p32le"};
constexpr std::string_view kUnix[] = {"aix",     "android", "darwin",  "dragonfly",
                                      "freebsd", "hurd",    "illumos", "ios",
                                      "linux",   "netbsd",  "openbsd", "solaris"};
constexpr int kDeepest = 100;

bool is_one_of(std::string_view name, const auto& names) {
  return std::ranges::find(names, name) != std::end(names);
}

bool holds(std::string_view tag, const GoTarget& target) {
  if (tag == target.os || tag == target.arch || tag == "gc" || tag == "cgo") return true;
  if (tag == "unix") return is_one_of(target.os, kUnix);
  if (tag == "linux" && target.os == "android") return true;
  if (tag.starts_with("go1.")) return true;
  return target.tags.contains(tag);
}

// `//go:build`: || binds less than &&, ! more. What cannot be read holds: rather too much is taken.
class Constraint {
 public:
  Constraint(std::string_view text, const GoTarget& target) : text_(text), target_(target) {}
  bool holds() {
    const bool all = either(0);
    return all || broken_;
  }

 private:
  std::string_view text_;
  const GoTarget& target_;
  bool broken_ = false;

  bool take(std::string_view sign) {
    text_ = trim(text_);
    if (!text_.starts_with(sign)) return false;
    text_.remove_prefix(sign.size());
    return true;
  }
  bool either(int depth) {
    bool any = both(depth);
    while (take("||")) any = both(depth) || any;
    return any;
  }
  bool both(int depth) {
    bool all = one(depth);
    while (take("&&")) all = one(depth) && all;
    return all;
  }
  bool one(int depth) {
    if (depth > kDeepest) return fail();
    if (take("!")) return !one(depth + 1);
    if (take("(")) {
      const bool inner = either(depth + 1);
      return take(")") ? inner : fail();
    }
    const auto end = std::min(text_.find_first_of(" \t()!&|"), text_.size());
    const auto tag = text_.substr(0, end);
    if (tag.empty()) return fail();
    text_.remove_prefix(end);
    return scan::holds(tag, target_);
  }
  bool fail() {
    broken_ = true;
    text_ = {};
    return true;
  }
};

// `// +build`: blanks are or, commas are and.
bool old_line_holds(std::string_view line, const GoTarget& target) {
  bool any = false;
  for (const auto option : split(line, ' ')) {
    if (trim(option).empty()) continue;
    bool all = true;
    for (auto tag : split(trim(option), ',')) {
      const bool wanted = !tag.starts_with('!');
      if (!wanted) tag.remove_prefix(1);
      all = all && holds(tag, target) == wanted;
    }
    any = any || all;
  }
  return any;
}

// Constraints stand in comments before the package clause.
bool text_holds(std::string_view text, const GoTarget& target) {
  bool old_ones = true;
  bool in_comment = false;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (in_comment || line.starts_with("/*")) {
      const auto close = line.find("*/", in_comment ? 0 : 2);
      in_comment = close == std::string_view::npos;
      if (!in_comment && !trim(line.substr(close + 2)).empty()) break;
      continue;
    }
    if (line.empty()) continue;
    if (!line.starts_with("//")) break;
    if (line.starts_with("//go:build ")) return Constraint(line.substr(11), target).holds();
    if (const auto old = trim(line.substr(2)); old.starts_with("+build "))
      old_ones = old_ones && old_line_holds(old.substr(7), target);
  }
  return old_ones;
}

bool name_holds(std::string_view name, const GoTarget& target) {
  if (name.ends_with(".go")) name.remove_suffix(3);
  if (name.ends_with("_test")) name.remove_suffix(5);
  const auto first = name.find('_');
  if (first == std::string_view::npos) return true;
  const auto parts = split(name.substr(first + 1), '_');
  const auto last = parts.back();
  const auto before = parts.size() > 1 ? parts[parts.size() - 2] : std::string_view();
  if (is_one_of(last, kMachines))
    return holds(last, target) && (!is_one_of(before, kSystems) || holds(before, target));
  return !is_one_of(last, kSystems) || holds(last, target);
}

}  // namespace

bool is_built(std::string_view file_name, std::string_view text, const GoTarget& target) {
  if (file_name.starts_with('_') || file_name.starts_with('.')) return false;
  return name_holds(file_name, target) && text_holds(text, target);
}

}  // namespace crema::scan
