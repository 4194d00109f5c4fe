// What kustomize makes of the manifests of a tree, near enough to judge it: resources, bases,
// components; patches of both kinds; namespace, names, labels, annotations, images, replicas;
// generated ConfigMaps and Secrets by their names and keys, without the hash behind the name.
//
// After https://kubectl.docs.kubernetes.io/references/kustomize/kustomization. What changes only
// what nothing here looks at (vars, replacements, openapi) is passed over; what would be fetched or
// run (remote bases, helmCharts, plugins) is said to be not scanned.
#pragma once

#include "manifest_notes.h"
#include "tree_patch.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace crema::scan {

using ManifestFiles = std::map<std::string, ManifestNotes, std::less<>>;

class Kustomize {
 public:
  // `files` by path; must outlive this.
  explicit Kustomize(const ManifestFiles& files);

  // The folders of kustomizations that no other one uses, by path.
  const std::vector<std::string>& tops() const { return tops_; }
  // Files that some kustomization takes as a resource or a patch.
  const std::set<std::string, std::less<>>& used_files() const { return used_; }
  // The documents that `kustomize build FOLDER` would print.
  std::vector<formats::YamlPtr> render(const std::string& folder);

  const NodeOrigins& origins() const { return origins_; }
  // What could not be taken in: by path of its kustomization. After all is rendered.
  std::vector<NotScanned> not_scanned() const { return {not_scanned_.begin(), not_scanned_.end()}; }

 private:
  const ManifestFiles& files_;
  std::map<std::string, std::string, std::less<>> kustomizations_;  // folder -> file
  std::vector<std::string> tops_;
  std::set<std::string, std::less<>> used_;
  NodeOrigins origins_;
  std::set<NotScanned> not_scanned_;
  std::set<std::string, std::less<>> loaded_;
  std::vector<std::string> open_;  // folders being rendered, the outermost first

  friend class Rendering;
};

}  // namespace crema::scan
