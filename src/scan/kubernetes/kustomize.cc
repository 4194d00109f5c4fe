#include "kustomize.h"

#include "kustomize_rendering.h"

#include "crema/scan/infra/yaml_path.h"

#include <algorithm>
#include <utility>

namespace crema::scan {

using formats::YamlPtr;

std::string path_below(std::string_view folder, std::string_view relative) {
  std::vector<std::string_view> parts;
  const auto add = [&](std::string_view path) {
    while (!path.empty()) {
      const auto slash = std::min(path.find('/'), path.size());
      const auto part = path.substr(0, slash);
      if (part == ".." && !parts.empty())
        parts.pop_back();
      else if (!part.empty() && part != ".")
        parts.push_back(part);
      path.remove_prefix(std::min(slash + 1, path.size()));
    }
  };
  add(folder);
  add(relative);
  std::string path;
  for (const auto part : parts) path += (path.empty() ? "" : "/") + std::string(part);
  return path;
}

Kustomize::Kustomize(const ManifestFiles& files) : files_(files) {
  for (const auto& [path, notes] : files_)
    if (notes.kind == FileKind::kustomization) kustomizations_.emplace(folder_of(path), path);
  std::map<std::string, std::set<std::string>, std::less<>> uses;
  std::set<std::string, std::less<>> inner;
  for (const auto& [folder, path] : kustomizations_) {
    const auto& documents = files_.at(path).documents;
    if (documents.empty()) continue;
    for (const auto& entry : entries_of(*documents.front())) {
      const auto target = path_below(folder, entry.path);
      if (kustomizations_.contains(target)) {
        inner.insert(target);
        uses[folder].insert(target);
      } else if (files_.contains(target)) {
        used_.insert(target);
      }
    }
  }
  std::set<std::string, std::less<>> reached;
  const auto reach = [&](const std::string& top) {
    std::vector<std::string> next{top};
    while (!next.empty()) {
      const auto folder = std::move(next.back());
      next.pop_back();
      if (reached.insert(folder).second)
        next.insert(next.end(), uses[folder].begin(), uses[folder].end());
    }
    tops_.push_back(top);
  };
  for (const auto& [folder, path] : kustomizations_)
    if (!inner.contains(folder)) reach(folder);
  // Those that only use each other have no top: one of them will do, and say what is wrong.
  for (const auto& [folder, path] : kustomizations_)
    if (!reached.contains(folder)) reach(folder);
}

std::vector<YamlPtr> Kustomize::render(const std::string& folder) {
  return Rendering(*this, folder).run({});
}

}  // namespace crema::scan
