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
  std::set<std::string, std::less<>> inner;
  for (const auto& [folder, path] : kustomizations_) {
    const auto& documents = files_.at(path).documents;
    if (documents.empty()) continue;
    for (const auto& entry : entries_of(*documents.front())) {
      const auto target = path_below(folder, entry.path);
      if (kustomizations_.contains(target))
        inner.insert(target);
      else if (files_.contains(target))
        used_.insert(target);
    }
  }
  for (const auto& [folder, path] : kustomizations_)
    if (!inner.contains(folder)) tops_.push_back(folder);
}

std::vector<YamlPtr> Kustomize::render(const std::string& folder) {
  rendered_ = 0;
  return Rendering(*this, folder).run({});
}

}  // namespace crema::scan
