#include "resource_relations.h"

#include <algorithm>
#include <utility>

namespace crema::scan {

PlacedResource::PlacedResource(KubeResource its, std::string its_path, std::string its_rendering)
    : resource(std::move(its)),
      path(std::move(its_path)),
      pod(pod_of(resource)),
      rendered_by(std::move(its_rendering)) {
  if (pod.template_place.value)
    labels = labels_of(node_at(pod.template_place.value, "metadata.labels"));
  // A patch or a sketch may say the labels in the selector alone.
  if (labels.empty()) labels = labels_of(node_at(resource.root, "spec.selector.matchLabels"));
}

bool share_namespace(const PlacedResource& a, const PlacedResource& b) {
  if (!a.rendered_by.empty() && !b.rendered_by.empty() && a.rendered_by != b.rendered_by)
    return false;
  const auto& one = a.resource.given_namespace;
  const auto& other = b.resource.given_namespace;
  return one.empty() || other.empty() || one == other;
}

std::size_t nearness(const PlacedResource& a, const PlacedResource& b) {
  if (a.path == b.path) return a.path.size() + 1;
  std::size_t folders = 0;
  for (std::size_t i = 0; i < std::min(a.path.size(), b.path.size()) && a.path[i] == b.path[i]; ++i)
    if (a.path[i] == '/') ++folders;
  return folders;
}

std::span<const ResourceRelation> resource_relations() {
  static const std::vector<ResourceRelation> kAll = [] {
    std::vector<ResourceRelation> all;
    for (const auto part : {network_relations(), workload_relations(), access_relations()})
      all.insert(all.end(), part.begin(), part.end());
    return all;
  }();
  return kAll;
}

}  // namespace crema::scan
