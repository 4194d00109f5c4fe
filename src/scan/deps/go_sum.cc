#include "crema/scan/deps/go_sum.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace crema::scan {
namespace {

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (const auto word : split(line, ' '))
    if (const auto text = trim(word); !text.empty()) words.push_back(text);
  return words;
}

// "# MODULE VERSION [=> TARGET [VERSION]]"; "# MODULE => TARGET" closes a file and names no module
// of the build.
bool read_module(const std::vector<std::string_view>& words, VendoredModule& module) {
  if (words.size() < 3 || words[2] == "=>") return false;
  module.module = {std::string(words[1]), std::string(words[2])};
  if (words.size() > 4 && words[3] == "=>")
    module.replacement = {std::string(words[4]), words.size() > 5 ? std::string(words[5]) : ""};
  return true;
}

}  // namespace

Result<std::map<GoModule, std::string>> parse_go_sum(const SourcePtr& file) {
  std::map<GoModule, std::string> sums;
  for (std::uint32_t number = 1; number <= file->line_count(); ++number) {
    const auto words = words_of(file->line(number));
    if (words.empty()) continue;
    if (words.size() != 3)
      return fail("deps/go.sum", "a line of go.sum has a module, a version and a hash",
                  {.source = file, .line = number, .column = 1});
    if (words[1].ends_with("/go.mod")) continue;
    sums.emplace(GoModule{std::string(words[0]), std::string(words[1])}, words[2]);
  }
  return sums;
}

Result<std::vector<VendoredModule>> parse_modules_txt(const SourcePtr& file) {
  std::vector<VendoredModule> modules;
  bool inside = false;
  for (std::uint32_t number = 1; number <= file->line_count(); ++number) {
    const auto line = trim(file->line(number));
    if (line.empty()) continue;
    const auto words = words_of(line);
    if (line.starts_with("## ")) {
      if (inside)
        for (const auto mark : split(line.substr(3), ';'))
          modules.back().explicitly = modules.back().explicitly || trim(mark) == "explicit";
    } else if (line.starts_with("# ")) {
      VendoredModule module{.line = number};
      inside = read_module(words, module);
      if (inside) modules.push_back(std::move(module));
    } else if (words.size() == 1 && inside) {
      modules.back().packages.emplace_back(line);
    } else {
      return fail("deps/modules.txt", "neither a module nor a package of one",
                  {.source = file, .line = number, .column = 1});
    }
  }
  return modules;
}

}  // namespace crema::scan
