#include "resource_checks.h"

#include "manifest.h"
#include "removed_apis.h"
#include "resource_relations.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

namespace crema::scan {
namespace {

using formats::YamlKind;
using formats::YamlPtr;

YamlPtr beginning(const RuleScope& scope, std::string_view name) {
  const auto found =
      std::ranges::find(scope.beginnings, name, &std::pair<std::string, YamlPlace>::first);
  return found == scope.beginnings.end() ? nullptr : found->second.value;
}

// Of a container: the second variable of a name wins, and nobody sees the first.
std::vector<RuleHit> duplicate_env_var(const RuleScope& scope) {
  std::vector<RuleHit> hits;
  std::set<std::string_view> seen;
  if (const auto all = child(*scope.place.value, "env").value)
    for (const auto& one : all->items)
      if (const auto name = text_at(one, "name"); !name.empty() && !seen.insert(name).second)
        hits.push_back({{nullptr, one}, ""});
  return hits;
}

bool has_port(const YamlPtr& container, const YamlPtr& port) {
  const auto ports = child(*container, "ports").value;
  return ports && std::ranges::any_of(ports->items, [&](const auto& one) {
           const auto protocol = text_at(one, "protocol");
           return (protocol.empty() || protocol == "TCP") &&
                  (text_at(one, "containerPort") == port->text ||
                   text_at(one, "name") == port->text);
         });
}

// Of a probe: its port is none that the container around says it has.
std::vector<RuleHit> probe_port(const RuleScope& scope) {
  const auto container = beginning(scope, "$container");
  if (!container) return {};
  for (const std::string_view way : {"httpGet", "tcpSocket", "grpc"}) {
    const auto action = child(*scope.place.value, way).value;
    if (!action) continue;
    const auto port = child(*action, "port");
    if (port.value && port.value->kind == YamlKind::scalar && !has_port(container, port.value))
      return {{port, ""}};
  }
  return {};
}

// Of a workload: its selector does not choose the pods it makes.
std::vector<RuleHit> selector_mismatch(const RuleScope& scope) {
  const auto selector = YamlPath::parse("spec.selector", {}).value().nearest(scope.place);
  const auto template_node = node_at(scope.place.value, "spec.template");
  if (!template_node) return {};
  const auto labels = labels_of(node_at(template_node, "metadata.labels"));
  const auto chosen = node_at(scope.place.value, "spec.selector");
  if (!chosen) return {};
  // The older kinds' selectors are labels alone.
  const auto kind = text_at(scope.place.value, "kind");
  const bool plain = kind == "ReplicationController" || kind == "DeploymentConfig";
  const bool fits = plain ? has_labels(labels, labels_of(chosen)) : is_selected(chosen, labels);
  return fits ? std::vector<RuleHit>() : std::vector<RuleHit>{{selector, ""}};
}

// Of a volume mount: what it mounts is a path of the host, and it may write there.
std::vector<RuleHit> writable_host_mount(const RuleScope& scope) {
  const auto pod = beginning(scope, "$pod");
  const auto read_only = child(*scope.place.value, "readOnly");
  if (!pod || (read_only.value && is_true(*read_only.value))) return {};
  const auto name = text_at(scope.place.value, "name");
  const auto volumes = child(*pod, "volumes").value;
  if (!volumes) return {};
  for (const auto& volume : volumes->items) {
    const auto path = text_at(volume, "hostPath.path");
    if (text_at(volume, "name") != name || path.empty()) continue;
    return {{read_only.value ? read_only : scope.place,
             fmt::format("Container `{}` may write to `{}` of the host",
                         text_at(beginning(scope, "$container"), "name"), path)}};
  }
  return {};
}

bool spreads(const YamlPtr& term, const Labels& labels, std::string_view space) {
  // Pods of other namespaces do not keep these apart.
  const auto spaces = child(*term, "namespaces").value;
  if (spaces && !spaces->items.empty() && !space.empty() &&
      std::ranges::none_of(spaces->items, [&](const auto& one) { return one->text == space; }))
    return false;
  const auto key = text_at(term, "topologyKey");
  const auto selector = child(*term, "labelSelector").value;
  return key == "kubernetes.io/hostname" && selector && is_selected(selector, labels);
}

// Of a workload with several pods: nothing keeps them off one node.
std::vector<RuleHit> no_anti_affinity(const RuleScope& scope) {
  const auto pod = beginning(scope, "$pod");
  const auto replicas = quantity(text_at(beginning(scope, "$"), "spec.replicas"));
  if (!pod || !replicas || *replicas < 2) return {};
  const YamlPlace from{nullptr, pod};
  const auto space = text_at(beginning(scope, "$"), "metadata.namespace");
  const auto rules = YamlPath::parse("affinity.podAntiAffinity", {}).value();
  const auto labels = labels_of(node_at(beginning(scope, "$template"), "metadata.labels"));
  for (const auto& place : rules.places(from)) {
    if (const auto all =
            child(*place.value, "requiredDuringSchedulingIgnoredDuringExecution").value)
      for (const auto& term : all->items)
        if (spreads(term, labels, space)) return {};
    if (const auto all =
            child(*place.value, "preferredDuringSchedulingIgnoredDuringExecution").value)
      for (const auto& one : all->items)
        if (const auto term = child(*one, "podAffinityTerm").value;
            term && spreads(term, labels, space))
          return {};
  }
  // Constraints of topology spread them as well.
  if (const auto all = child(*pod, "topologySpreadConstraints").value)
    for (const auto& one : all->items)
      if (text_at(one, "topologyKey") == "kubernetes.io/hostname") return {};
  const auto terms = YamlPath::parse(
                         "affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[*"
                         "].labelSelector."
                         "matchLabels",
                         {})
                         .value();
  const auto nearest = terms.nearest(from);
  if (nearest.key) return {{nearest, ""}};
  const auto spec = child(*beginning(scope, "$template"), "spec");
  return {{spec, ""}};
}

bool names_a_secret(std::string_view name) {
  const auto lower = to_lower(name);
  constexpr std::array<std::string_view, 8> kWords = {
      "password", "passwd", "secret", "api_key", "apikey", "api-key", "private", "credential"};
  constexpr std::array<std::string_view, 9> kNot = {"name", "path", "file",   "public", "ref",
                                                    "url",  "days", "length", "policy"};
  const auto has = [&](auto word) { return lower.find(word) != std::string::npos; };
  return (std::ranges::any_of(kWords, has) || lower.ends_with("token")) &&
         std::ranges::none_of(kNot, has);
}

// Of a ConfigMap's entry: it is called as a secret is, and has a value of its own.
std::vector<RuleHit> secret_in_config_map(const RuleScope& scope) {
  const auto& value = *scope.place.value;
  if (!scope.place.key || value.kind != YamlKind::scalar) return {};
  if (!names_a_secret(scope.place.key->text) || value.text.size() < 4) return {};
  constexpr std::string_view kReferences = "${<";
  if (value.text.find_first_of(kReferences) != std::string::npos) return {};
  if (is_true(value) || is_false(value) || quantity(value.text)) return {};
  return {{scope.place, ""}};
}

// Of a resource: its keys are not in the order of the alphabet.
void find_unsorted(const formats::YamlNode& node, std::vector<RuleHit>& hits) {
  for (std::size_t i = 1; i < node.entries.size(); ++i)
    if (node.entries[i].first->text < node.entries[i - 1].first->text) {
      hits.push_back({{node.entries[i].first, node.entries[i].second}, ""});
      break;
    }
  for (const auto& item : node.items) find_unsorted(*item, hits);
  for (const auto& entry : node.entries) find_unsorted(*entry.second, hits);
}

std::vector<RuleHit> unsorted_keys(const RuleScope& scope) {
  std::vector<RuleHit> hits;
  find_unsorted(*scope.place.value, hits);
  return hits;
}

std::vector<RuleHit> removed_api(const RuleScope& scope) {
  const auto api = child(*scope.place.value, "apiVersion");
  const auto kind = text_at(scope.place.value, "kind");
  const auto* removed = api.value ? find_removed_api(api.value->text, kind) : nullptr;
  if (removed == nullptr) return {};
  return {
      {api, fmt::format("`{}` of {} is gone since Kubernetes {}{}", api.value->text, kind,
                        removed->removed_in,
                        removed->instead.empty() ? std::string()
                                                 : fmt::format("; write `{}`", removed->instead))}};
}

constexpr std::array kOfOneResource = {
    NamedCheck{"duplicate-env-var", &duplicate_env_var},
    NamedCheck{"probe-port", &probe_port},
    NamedCheck{"selector-mismatch", &selector_mismatch},
    NamedCheck{"writable-host-mount", &writable_host_mount},
    NamedCheck{"no-anti-affinity", &no_anti_affinity},
    NamedCheck{"secret-in-config-map", &secret_in_config_map},
    NamedCheck{"unsorted-keys", &unsorted_keys},
    NamedCheck{"removed-api", &removed_api},
};

}  // namespace

std::span<const NamedCheck> kubernetes_checks() {
  static const std::vector<NamedCheck> kAll = [] {
    std::vector<NamedCheck> all(kOfOneResource.begin(), kOfOneResource.end());
    for (const auto& relation : resource_relations()) all.push_back({relation.name, nullptr});
    return all;
  }();
  return kAll;
}

bool looks_across(std::string_view check) {
  return std::ranges::find(resource_relations(), check, &ResourceRelation::name) !=
         resource_relations().end();
}

}  // namespace crema::scan
