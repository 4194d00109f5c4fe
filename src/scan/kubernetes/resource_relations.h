// What one resource says of others: selectors that choose nothing, names nobody has, rights that
// a binding hands on. The others may be in any file of the tree; what they are created by outside
// of it is not known, and a namespace that is not given may be any.
#pragma once

#include "kubernetes_rules.h"
#include "manifest.h"

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

// A resource with what relations ask of it again and again.
struct PlacedResource {
  KubeResource resource;
  std::string path;  // of the file it is said to be in
  KubePod pod;
  Labels labels;            // of its pods
  std::string rendered_by;  // the folder of the overlay or chart it comes from; "" for a file

  PlacedResource(KubeResource its, std::string its_path, std::string its_rendering);
};

// All resources of a tree, found by what relations ask for.
class ResourceSet {
 public:
  explicit ResourceSet(std::vector<PlacedResource> all);
  using Pointers = std::vector<const PlacedResource*>;

  auto begin() const { return all_.begin(); }
  auto end() const { return all_.end(); }
  const Pointers& of_kind(std::string_view kind) const;
  const Pointers& named(std::string_view kind, std::string_view name) const;
  // Workloads whose pods have all these labels; all of them where there are none.
  Pointers with_labels(const Labels& wanted) const;

 private:
  using Index = std::map<std::string, Pointers, std::less<>>;
  std::vector<PlacedResource> all_;
  Index by_kind_;
  Index by_name_;
  Index by_label_;
  Pointers workloads_;
};

using RelationReport =
    std::function<void(const PlacedResource& of, const YamlPlace& place, std::string message)>;

struct ResourceRelation {
  std::string_view name;
  // `rule` may have a condition of its own, to be asked with what the relation knows.
  void (*look)(const ResourceSet& all, const InfraRule& rule, const RelationReport& report);
};

std::span<const ResourceRelation> resource_relations();

// Whether two may be in one namespace of one cluster: not where different overlays made them.
bool share_namespace(const PlacedResource& a, const PlacedResource& b);
// How many folders their files have in common: of several candidates the nearest is meant.
std::size_t nearness(const PlacedResource& a, const PlacedResource& b);

// The parts of the table, by what they are about.
std::span<const ResourceRelation> network_relations();
std::span<const ResourceRelation> workload_relations();
std::span<const ResourceRelation> access_relations();

}  // namespace crema::scan
