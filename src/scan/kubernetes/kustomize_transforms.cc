// What a kustomization changes in all its resources: namespace, names, labels, images, replicas.
#include "kustomize_rendering.h"
#include "manifest.h"

#include "crema/scan/infra/yaml_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace crema::scan {
namespace {

using formats::YamlKind;
using formats::YamlNode;
using formats::YamlPtr;

// Kinds without a namespace.
bool is_of_cluster(std::string_view kind) {
  constexpr std::array<std::string_view, 14> kKinds = {
      "Namespace",         "Node",
      "ClusterRole",       "ClusterRoleBinding",
      "PersistentVolume",  "StorageClass",
      "PriorityClass",     "CustomResourceDefinition",
      "PodSecurityPolicy", "IngressClass",
      "RuntimeClass",      "ValidatingWebhookConfiguration",
      "APIService",        "MutatingWebhookConfiguration"};
  return std::ranges::find(kKinds, kind) != kKinds.end();
}

}  // namespace

void Rendering::change_all(const Path& path, const TreeChange& change, bool makes,
                           const YamlNode& like) {
  for (auto& resource : resources_) resource = patch_.changed(resource, path, change, makes, like);
}

void Rendering::set_namespace() {
  const auto space = child(*root_, "namespace");
  if (!space.value || space.value->kind != YamlKind::scalar) return;
  const auto set = [&](const YamlPtr&) { return space.value; };
  for (auto& resource : resources_) {
    const auto kind = text_at(resource, "kind");
    const std::array<std::string_view, 2> at = {"metadata", "namespace"};
    if (!is_of_cluster(kind)) resource = patch_.changed(resource, at, set, true, *space.key);
    const std::array<std::string_view, 3> subjects = {"subjects", "*", "namespace"};
    if (kind.ends_with("Binding"))
      resource = patch_.changed(
          resource, subjects, [&](const YamlPtr& old) { return old ? space.value : old; }, true,
          *space.key);
  }
}

void Rendering::set_names() {
  const auto prefix = text_at(root_, "namePrefix");
  const auto suffix = text_at(root_, "nameSuffix");
  if (prefix.empty() && suffix.empty()) return;
  std::set<std::string, std::less<>> renamed;
  const auto rename = [&](const YamlPtr& old) -> YamlPtr {
    return old ? patch_.text(fmt::format("{}{}{}", prefix, old->text, suffix), *old) : old;
  };
  for (auto& resource : resources_) {
    const auto kind = text_at(resource, "kind");
    if (kind == "Namespace" || kind == "CustomResourceDefinition") continue;
    renamed.emplace(text_at(resource, "metadata.name"));
    const std::array<std::string_view, 2> at = {"metadata", "name"};
    resource = patch_.changed(resource, at, rename, false, *resource);
  }
  // And where others say these names.
  const auto follow = [&](const YamlPtr& old) {
    return old && renamed.contains(old->text) ? rename(old) : old;
  };
  for (const auto& path :
       {Path{"roleRef", "name"}, Path{"subjects", "*", "name"},
        Path{"spec", "scaleTargetRef", "name"}, Path{"spec", "serviceName"},
        Path{"spec", "defaultBackend", "service", "name"},
        Path{"spec", "rules", "*", "http", "paths", "*", "backend", "service", "name"}})
    change_all(path, follow, false, *root_);
  for (const auto& pod : {Path{"spec"}, Path{"spec", "template", "spec"},
                          Path{"spec", "jobTemplate", "spec", "template", "spec"}})
    for (const auto& rest :
         {Path{"serviceAccountName"}, Path{"volumes", "*", "configMap", "name"},
          Path{"volumes", "*", "secret", "secretName"},
          Path{"volumes", "*", "persistentVolumeClaim", "claimName"},
          Path{"containers", "*", "env", "*", "valueFrom", "secretKeyRef", "name"},
          Path{"containers", "*", "env", "*", "valueFrom", "configMapKeyRef", "name"},
          Path{"containers", "*", "envFrom", "*", "configMapRef", "name"},
          Path{"containers", "*", "envFrom", "*", "secretRef", "name"}}) {
      auto path = pod;
      path.insert(path.end(), rest.begin(), rest.end());
      for (auto& resource : resources_)
        resource = patch_.changed(resource, path, follow, false, *root_);
    }
}

YamlPtr Rendering::with_entries(const YamlPtr& old, const YamlPtr& pairs) {
  if (!old) return pairs;
  YamlPtr made = old;
  for (const auto& [key, value] : pairs->entries) made = patch_.with(made, key->text, value, *key);
  return made;
}

void Rendering::add_labels(const YamlPtr& pairs, bool selectors, bool templates) {
  if (!pairs || pairs->kind != YamlKind::mapping) return;
  const auto add = [&](const YamlPtr& old) { return with_entries(old, pairs); };
  change_all({"metadata", "labels"}, add, true, *pairs);
  for (auto& resource : resources_) {
    const auto kind = text_at(resource, "kind");
    const auto change = [&](const Path& path, bool makes) {
      resource = patch_.changed(resource, path, add, makes, *pairs);
    };
    const bool has_template = node_at(resource, "spec.template") != nullptr;
    if (templates && has_template) change({"spec", "template", "metadata", "labels"}, true);
    if (templates && kind == "CronJob")
      change({"spec", "jobTemplate", "spec", "template", "metadata", "labels"}, true);
    if (!selectors) continue;
    if (kind == "Service" && node_at(resource, "spec.selector"))
      change({"spec", "selector"}, false);
    if (has_template && kind != "Job") change({"spec", "selector", "matchLabels"}, true);
    if (kind == "NetworkPolicy") change({"spec", "podSelector", "matchLabels"}, false);
    if (kind == "PodDisruptionBudget") change({"spec", "selector", "matchLabels"}, true);
  }
}

void Rendering::set_labels() {
  add_labels(child(*root_, "commonLabels").value, true, true);
  const auto list = child(*root_, "labels").value;
  if (!list) return;
  for (const auto& item : list->items) {
    const bool selectors = text_at(item, "includeSelectors") == "true";
    add_labels(child(*item, "pairs").value, selectors,
               selectors || text_at(item, "includeTemplates") == "true");
  }
}

void Rendering::set_annotations() {
  const auto pairs = child(*root_, "commonAnnotations").value;
  if (!pairs || pairs->kind != YamlKind::mapping) return;
  change_all(
      {"metadata", "annotations"}, [&](const YamlPtr& old) { return with_entries(old, pairs); },
      true, *pairs);
}

void Rendering::set_images() {
  const auto list = child(*root_, "images").value;
  if (!list) return;
  for (const auto& one : list->items) {
    const auto name = text_at(one, "name");
    const auto change = [&](const YamlPtr& old) -> YamlPtr {
      if (!old) return old;
      const std::string_view image(old->text);
      const auto digest = std::min(image.find('@'), image.size());
      const auto slash = image.rfind('/', digest);
      const auto tag =
          std::min(image.find(':', slash == std::string_view::npos ? 0 : slash), digest);
      if (image.substr(0, tag) != name) return old;
      const auto new_name = text_at(one, "newName");
      auto made = std::string(new_name.empty() ? name : new_name);
      if (const auto fixed = text_at(one, "digest"); !fixed.empty())
        made += fmt::format("@{}", fixed);
      else if (const auto new_tag = text_at(one, "newTag"); !new_tag.empty())
        made += fmt::format(":{}", new_tag);
      else
        made += image.substr(tag);
      const auto at = child(*one, "newTag");
      return patch_.text(made, at.value ? *at.value : *one);
    };
    for (const auto& pod : {Path{"spec"}, Path{"spec", "template", "spec"},
                            Path{"spec", "jobTemplate", "spec", "template", "spec"}})
      for (const std::string_view containers : {"containers", "initContainers"}) {
        auto path = pod;
        path.insert(path.end(), {containers, "*", "image"});
        for (auto& resource : resources_)
          resource = patch_.changed(resource, path, change, false, *one);
      }
  }
}

void Rendering::set_replicas() {
  const auto list = child(*root_, "replicas").value;
  if (!list) return;
  for (const auto& one : list->items) {
    const auto count = child(*one, "count");
    if (!count.value) continue;
    for (auto& resource : resources_) {
      if (text_at(resource, "metadata.name") != text_at(one, "name")) continue;
      const std::array<std::string_view, 2> at = {"spec", "replicas"};
      if (node_at(resource, "spec.template"))
        resource = patch_.changed(
            resource, at, [&](const YamlPtr&) { return count.value; }, true, *count.key);
    }
  }
}

}  // namespace crema::scan
