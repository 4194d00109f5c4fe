#include "manifest.h"

#include "crema/scan/infra/yaml_document.h"

#include <algorithm>
#include <array>
#include <span>

namespace crema::scan {
namespace {

using formats::YamlKind;
using formats::YamlPtr;

constexpr std::size_t kMostListsInLists = 4;

// Where the template of the pods is, by kind.
constexpr std::array<std::string_view, 2> kTemplate = {"spec", "template"};
constexpr std::array<std::string_view, 4> kOfCronJob = {"spec", "jobTemplate", "spec", "template"};
constexpr std::array<std::string_view, 1> kOfPodTemplate = {"template"};

constexpr std::array<std::string_view, 9> kWorkloads = {
    "Deployment",  "StatefulSet", "DaemonSet",        "ReplicaSet", "ReplicationController",
    "PodTemplate", "CronJob",     "DeploymentConfig", "Job"};

YamlPlace follow(YamlPlace place, std::span<const std::string_view> keys) {
  for (const auto key : keys) {
    if (!place.value) return {};
    place = child(*place.value, key);
  }
  return place;
}

void add_resources(const YamlPtr& document, std::size_t depth, std::vector<KubeResource>& to) {
  if (!document || document->kind != YamlKind::mapping) return;
  const auto kind = text_at(document, "kind");
  const auto api = text_at(document, "apiVersion");
  if (kind.empty() || api.empty()) return;
  if (kind.ends_with("List") && depth < kMostListsInLists) {
    if (const auto items = child(*document, "items").value;
        items && items->kind == YamlKind::sequence) {
      for (const auto& item : items->items) add_resources(item, depth + 1, to);
      return;
    }
  }
  KubeResource resource{.root = document,
                        .api_version = std::string(api),
                        .kind = std::string(kind),
                        .name = std::string(text_at(document, "metadata.name")),
                        .given_namespace = std::string(text_at(document, "metadata.namespace")),
                        .first_line = document->line,
                        .last_line = last_line_of(*document)};
  if (resource.name.empty()) resource.name = text_at(document, "metadata.generateName");
  to.push_back(std::move(resource));
}

bool is_in(const YamlPtr& values, std::string_view text) {
  return values &&
         std::ranges::any_of(values->items, [&](const auto& value) { return value->text == text; });
}

bool expression_holds(const YamlPtr& expression, const Labels& labels) {
  const auto key = text_at(expression, "key");
  const auto its_operator = text_at(expression, "operator");
  const auto values = child(*expression, "values").value;
  const auto label =
      std::ranges::find(labels, key, [](const auto& one) { return std::string_view(one.first); });
  const bool there = label != labels.end();
  if (its_operator == "Exists") return there;
  if (its_operator == "DoesNotExist") return !there;
  if (its_operator == "In") return there && is_in(values, label->second);
  if (its_operator == "NotIn") return !there || !is_in(values, label->second);
  return false;
}

}  // namespace

std::string KubeResource::address() const {
  return kind + "." + (given_namespace.empty() ? "default" : given_namespace) + "." + name;
}

std::string_view KubeResource::group() const {
  const std::string_view all(api_version);
  const auto slash = all.find('/');
  return slash == std::string_view::npos ? "" : all.substr(0, slash);
}

std::vector<KubeResource> resources_of(const YamlPtr& document) {
  std::vector<KubeResource> resources;
  add_resources(document, 0, resources);
  return resources;
}

KubePod pod_of(const KubeResource& resource) {
  const YamlPlace root{nullptr, resource.root};
  if (resource.kind == "Pod") {
    const auto spec = child(*resource.root, "spec");
    return spec.value ? KubePod{root, spec} : KubePod();
  }
  std::span<const std::string_view> keys = kTemplate;
  if (resource.kind == "CronJob") keys = kOfCronJob;
  if (resource.kind == "PodTemplate") keys = kOfPodTemplate;
  const auto place = follow(root, keys);
  // Some kinds of others are pods by another name: Knative's Revision.
  if (!place.value) {
    const auto spec = child(*resource.root, "spec");
    const bool is_pod = spec.value && child(*spec.value, "containers").value;
    return is_pod ? KubePod{root, spec} : KubePod();
  }
  const auto spec = child(*place.value, "spec");
  // Kinds that are not known have templates of other things: only what has containers is a pod.
  const bool known = std::ranges::find(kWorkloads, resource.kind) != kWorkloads.end();
  if (known || (spec.value && child(*spec.value, "containers").value)) return {place, spec};
  return {};
}

std::vector<KubeContainer> containers_of(const KubePod& pod) {
  std::vector<KubeContainer> all;
  if (!pod.spec.value) return all;
  for (const std::string_view list : {"containers", "initContainers", "ephemeralContainers"}) {
    const auto containers = child(*pod.spec.value, list).value;
    if (!containers) continue;
    for (const auto& container : containers->items)
      if (container->kind == YamlKind::mapping) all.push_back({{nullptr, container}, list});
  }
  return all;
}

Labels labels_of(const YamlPtr& mapping) {
  Labels labels;
  if (!mapping) return labels;
  for (const auto& [key, value] : mapping->entries)
    if (value->kind == YamlKind::scalar) labels.emplace_back(key->text, value->text);
  return labels;
}

bool has_labels(const Labels& labels, const Labels& wanted) {
  return std::ranges::all_of(
      wanted, [&](const auto& one) { return std::ranges::find(labels, one) != labels.end(); });
}

bool is_selected(const YamlPtr& selector, const Labels& labels) {
  if (!selector) return true;
  if (!has_labels(labels, labels_of(child(*selector, "matchLabels").value))) return false;
  const auto expressions = child(*selector, "matchExpressions").value;
  return !expressions || std::ranges::all_of(expressions->items, [&](const auto& expression) {
    return expression_holds(expression, labels);
  });
}

}  // namespace crema::scan
