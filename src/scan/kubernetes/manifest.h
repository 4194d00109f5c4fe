// The resources of a manifest: what each is called, where it stands, where its pods and containers
// are whatever its kind.
#pragma once

#include "crema/formats/yaml.h"
#include "crema/scan/infra/yaml_path.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::scan {

struct KubeResource {
  formats::YamlPtr root;
  std::string api_version;
  std::string kind;
  std::string name;             // or generateName; "" without one
  std::string given_namespace;  // "" where it names none
  std::uint32_t first_line = 0;
  std::uint32_t last_line = 0;

  // "Deployment.shop.web"; the namespace is "default" where none is given, as kubectl has it.
  std::string address() const;
  std::string_view group() const;  // of the API: "apps"; "" for the core's
};

struct KubeContainer {
  YamlPlace place;
  std::string_view list;  // "containers", "initContainers", "ephemeralContainers"
};

// The pod that a resource makes; the places are none where it makes none.
struct KubePod {
  YamlPlace template_place;  // what has the pod's metadata
  YamlPlace spec;
};

// The resources of one document, those in lists too; none where it is no manifest.
std::vector<KubeResource> resources_of(const formats::YamlPtr& document);
KubePod pod_of(const KubeResource& resource);
std::vector<KubeContainer> containers_of(const KubePod& pod);

// Entries of a mapping of texts: labels, annotations, a selector.
using Labels = std::vector<std::pair<std::string, std::string>>;
Labels labels_of(const formats::YamlPtr& mapping);
// Whether all of `wanted` are among `labels`.
bool has_labels(const Labels& labels, const Labels& wanted);

// Whether labels are chosen by a selector with matchLabels and matchExpressions. An empty selector
// chooses all.
bool is_selected(const formats::YamlPtr& selector, const Labels& labels);

}  // namespace crema::scan
