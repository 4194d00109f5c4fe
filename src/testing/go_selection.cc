#include "go_selection.h"

#include "framework.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace crema::testing {
namespace {

namespace fs = std::filesystem;

// "integration" as a word of a build constraint, and not denied.
bool asks_for_tag(std::string_view source, std::string_view tag) {
  for (const auto line : split_lines(source)) {
    if (line.starts_with("package ")) return false;
    if (!line.starts_with("//go:build ")) continue;
    for (auto at = line.find(tag); at != std::string_view::npos; at = line.find(tag, at + 1)) {
      const char before = line[at - 1];
      const auto end = at + tag.size();
      const bool whole =
          end == line.size() ||
          (std::isalnum(static_cast<unsigned char>(line[end])) == 0 && line[end] != '_');
      if (whole && (before == ' ' || before == '(')) return true;
    }
  }
  return false;
}

std::vector<std::string> tests_of(std::string_view source) {
  constexpr std::string_view kBegin = "func Test";
  std::vector<std::string> names;
  for (const auto line : split_lines(source)) {
    if (!line.starts_with(kBegin)) continue;
    const auto end = line.find('(');
    if (end == std::string_view::npos) continue;
    const auto name = line.substr(5, end - 5);
    if (name != "TestMain") names.emplace_back(name);
  }
  return names;
}

bool named_for(std::string_view text, std::string_view part) {
  const auto lower = to_lower(text);
  return part == "e2e"
             ? lower.find("e2e") != std::string::npos || lower.find("endtoend") != std::string::npos
             : lower.find(part) != std::string::npos;
}

class MarkedFinder {
 public:
  MarkedFinder(const fs::path& root, const GoModule& module, std::string_view part)
      : folder_(root / module.folder), module_(module), part_(part) {}

  MarkedTests find() {
    look_into("");
    MarkedTests marked;
    marked.packages.assign(packages_.begin(), packages_.end());
    for (const auto& name : names_) marked.pattern += (marked.pattern.empty() ? "^(" : "|") + name;
    if (!marked.pattern.empty()) marked.pattern += ")$";
    if (tagged_) marked.tags = part_;
    return marked;
  }

 private:
  bool has_a_part(const std::string& folder) const {
    const auto inside = [&](const std::string& named) {
      return named == "." || is_below(folder, named);
    };
    return std::ranges::any_of(module_.integration, inside) ||
           std::ranges::any_of(module_.e2e, inside);
  }

  void look_into(const std::string& folder) {
    if (has_a_part(folder)) return;
    std::error_code error;
    std::vector<std::string> below;
    for (auto entry = fs::directory_iterator(folder_ / folder, error);
         !error && entry != fs::directory_iterator(); entry.increment(error)) {
      const auto name = entry->path().filename().string();
      if (entry->is_directory(error) && !entry->is_symlink(error)) {
        const auto child = (fs::path(folder) / name).string();
        const bool module = fs::exists(entry->path() / "go.mod", error);
        if (!is_passed_over(name) && !module) below.push_back(child);
      } else if (name.ends_with("_test.go")) {
        look_at(folder, name, entry->path());
      }
    }
    for (const auto& child : below) look_into(child);
  }

  void look_at(const std::string& folder, const std::string& name, const fs::path& path) {
    const auto source = sys::read_file(path);
    if (!source) return;
    const auto marked = marked_tests_of(name, *source, part_);
    if (marked.tests.empty()) return;
    tagged_ = tagged_ || marked.tagged;
    packages_.insert(folder.empty() ? "." : "./" + folder);
    names_.insert(marked.tests.begin(), marked.tests.end());
  }

  fs::path folder_;
  const GoModule& module_;
  std::string part_;
  std::set<std::string> packages_, names_;
  bool tagged_ = false;
};

}  // namespace

MarkedFile marked_tests_of(std::string_view name, std::string_view source, std::string_view part) {
  MarkedFile marked{.tests = tests_of(source), .tagged = asks_for_tag(source, part)};
  if (marked.tagged || named_for(name, part)) return marked;
  std::erase_if(marked.tests, [&](const auto& test) { return !named_for(test, part); });
  return marked;
}

MarkedTests find_marked_tests(const fs::path& root, const GoModule& module, std::string_view part) {
  return MarkedFinder(root, module, part).find();
}

}  // namespace crema::testing
