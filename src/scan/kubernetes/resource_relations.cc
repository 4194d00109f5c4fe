#include "resource_relations.h"

#include <algorithm>
#include <iterator>
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

ResourceSet::ResourceSet(std::vector<PlacedResource> all) : all_(std::move(all)) {
  for (const auto& one : all_) {
    by_kind_[one.resource.kind].push_back(&one);
    by_name_[one.resource.kind + "/" + one.resource.name].push_back(&one);
    if (!one.pod.template_place.value) continue;
    workloads_.push_back(&one);
    for (const auto& [key, value] : one.labels) by_label_[key + "=" + value].push_back(&one);
  }
}

const ResourceSet::Pointers& ResourceSet::of_kind(std::string_view kind) const {
  static const Pointers kNone;
  const auto found = by_kind_.find(kind);
  return found == by_kind_.end() ? kNone : found->second;
}

const ResourceSet::Pointers& ResourceSet::named(std::string_view kind,
                                                std::string_view name) const {
  static const Pointers kNone;
  const auto found = by_name_.find(std::string(kind) + "/" + std::string(name));
  return found == by_name_.end() ? kNone : found->second;
}

ResourceSet::Pointers ResourceSet::with_labels(const Labels& wanted) const {
  if (wanted.empty()) return workloads_;
  const auto found = by_label_.find(wanted.front().first + "=" + wanted.front().second);
  Pointers chosen;
  if (found != by_label_.end())
    std::ranges::copy_if(found->second, std::back_inserter(chosen),
                         [&](const auto* one) { return has_labels(one->labels, wanted); });
  return chosen;
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
