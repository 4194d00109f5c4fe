#include "crema/scan/core/rule_pages.h"

#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

namespace crema::scan {
namespace {

Result<std::vector<Rule>> parse_all(std::span<const SourcePtr> pages) {
  std::vector<Rule> rules;
  std::map<std::string, std::string, std::less<>> seen;
  for (const auto& page : pages) {
    auto rule = CREMA_TRY(parse_rule(page));
    const auto [first, is_new] = seen.emplace(rule.id, page->path());
    if (!is_new)
      return fail("rule/twice", fmt::format("{} is a rule of both {} and {}", rule.id,
                                            first->second, page->path()));
    rules.push_back(std::move(rule));
  }
  return rules;
}

}  // namespace

Result<std::vector<Rule>> parse_rules(std::span<const RulePage> pages) {
  std::vector<SourcePtr> sources;
  sources.reserve(pages.size());
  for (const auto& page : pages)
    sources.push_back(std::make_shared<SourceFile>(std::string(page.name), std::string(page.text)));
  return parse_all(sources);
}

Result<std::vector<Rule>> read_rules(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().extension() == ".md" && entry.path().filename() != "README.md")
      paths.push_back(entry.path());
  if (error)
    return fail("rule/unreadable",
                fmt::format("cannot read rules from {}: {}", folder.string(), error.message()));
  std::ranges::sort(paths);
  std::vector<SourcePtr> sources;
  for (const auto& path : paths)
    sources.push_back(std::make_shared<SourceFile>(path.string(), CREMA_TRY(sys::read_file(path))));
  return parse_all(sources);
}

}  // namespace crema::scan
