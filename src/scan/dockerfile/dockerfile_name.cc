// Which files are Dockerfiles, by their names.
#include "crema/base/strings.h"
#include "crema/scan/dockerfile/dockerfile_scanner.h"

#include <algorithm>
#include <span>

namespace crema::scan {
namespace {

// What a name may end with that is no kind of image: other files about Dockerfiles.
constexpr std::string_view kOthers[] = {
    ".dockerignore", ".md",   ".txt", ".sh",   ".py",   ".go",   ".js",  ".ts",    ".rb",
    ".java",         ".html", ".yml", ".yaml", ".json", ".toml", ".png", ".svg",   ".lock",
    ".rego",         ".hs",   ".c",   ".cc",   ".cpp",  ".h",    ".rs",  ".patch", ".diff"};
// Texts that a Dockerfile is made of.
constexpr std::string_view kTemplates[] = {".j2",       ".jinja", ".jinja2", ".tmpl",     ".tpl",
                                           ".template", ".erb",   ".in",     ".mustache", ".hbs"};

bool ends_with_any(std::string_view name, std::span<const std::string_view> ends) {
  return std::ranges::any_of(ends, [&](auto end) { return name.ends_with(end); });
}

}  // namespace

DockerfileName dockerfile_name(std::string_view path) {
  const auto name = to_lower(path.substr(path.rfind('/') + 1));
  if (ends_with_any(name, kOthers)) return DockerfileName::no;
  for (const std::string_view word : {"dockerfile", "containerfile"}) {
    const auto at = name.find(word);
    if (at == std::string::npos) continue;
    if (ends_with_any(name, kTemplates)) return DockerfileName::maybe;
    const auto end = at + word.size();
    const bool begins = at == 0 || name[at - 1] == '.';
    const bool ends = end == name.size() || name[end] == '.';
    return begins && ends ? DockerfileName::yes : DockerfileName::maybe;
  }
  return DockerfileName::no;
}

}  // namespace crema::scan
