// Services, ingresses, network policies and monitors, and the pods they mean.
#include "resource_relations.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::scan {
namespace {

using formats::YamlPtr;
using All = const ResourceSet&;

YamlPlace place_at(const PlacedResource& of, std::string_view path) {
  return YamlPath::parse(path, {}).value().nearest({nullptr, of.resource.root});
}

std::string text_of(const Labels& labels) {
  std::string text;
  for (const auto& [key, value] : labels)
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ", key, value);
  return text;
}

// A selector in words, as kubectl has it.
std::string selector_text(const YamlPtr& selector) {
  auto text = text_of(labels_of(child(*selector, "matchLabels").value));
  if (child(*selector, "matchExpressions").value)
    text += text.empty() ? "its expressions" : " and its expressions";
  return text;
}

// Whether a selector chooses pods of some workload that may meet `near`.
bool chooses_any(All all, const PlacedResource& near, const YamlPtr& selector) {
  return std::ranges::any_of(
      all.with_labels(labels_of(child(*selector, "matchLabels").value)), [&](const auto* one) {
        return share_namespace(near, *one) && is_selected(selector, one->labels);
      });
}

void dangling_service(All all, const InfraRule&, const RelationReport& report) {
  for (const auto& service : all) {
    if (service.resource.kind != "Service" || !service.resource.group().empty()) continue;
    const auto selector = labels_of(node_at(service.resource.root, "spec.selector"));
    if (selector.empty() || text_at(service.resource.root, "spec.type") == "ExternalName") continue;
    if (std::ranges::none_of(all.with_labels(selector),
                             [&](const auto* one) { return share_namespace(service, *one); }))
      report(
          service, place_at(service, "spec.selector"),
          fmt::format("Service `{}` chooses pods with {}, and nothing in this tree makes such pods",
                      service.resource.name, text_of(selector)));
  }
}

// Whether a port of a service leads to a port that the pod says it has; also where it says none.
bool leads_to(const YamlPtr& pod, std::string_view target) {
  bool says_any = false;
  for (const auto& container : containers_of({{}, {nullptr, pod}})) {
    const auto ports = child(*container.place.value, "ports").value;
    if (!ports) continue;
    for (const auto& port : ports->items) {
      says_any = true;
      if (text_at(port, "containerPort") == target || text_at(port, "name") == target) return true;
    }
  }
  return !says_any;
}

void service_target_port(All all, const InfraRule&, const RelationReport& report) {
  for (const auto& service : all) {
    if (service.resource.kind != "Service") continue;
    const auto selector = labels_of(node_at(service.resource.root, "spec.selector"));
    const auto ports = node_at(service.resource.root, "spec.ports");
    if (selector.empty() || !ports) continue;
    auto chosen = all.with_labels(selector);
    std::erase_if(chosen, [&](const auto* one) {
      return !one->pod.spec.value || !share_namespace(service, *one);
    });
    if (chosen.empty()) continue;
    for (const auto& port : ports->items) {
      auto target = child(*port, "targetPort");
      if (!target.value) target = child(*port, "port");
      if (!target.value || std::ranges::any_of(chosen, [&](const auto* one) {
            return leads_to(one->pod.spec.value, target.value->text);
          }))
        continue;
      report(service, target,
             fmt::format("Service `{}` sends to port {}, which no container of {} `{}` has",
                         service.resource.name, target.value->text, chosen.front()->resource.kind,
                         chosen.front()->resource.name));
    }
  }
}

struct Backend {
  YamlPlace place;  // of the service's name
  YamlPlace whole;
  std::string_view service;
  std::string_view port;
};

// Of networking.k8s.io/v1, and of the versions before it.
void add_backend(const YamlPlace& place, std::vector<Backend>& to) {
  const auto& backend = place.value;
  if (!backend) return;
  if (const auto service = child(*backend, "service").value) {
    auto port = text_at(service, "port.name");
    if (port.empty()) port = text_at(service, "port.number");
    to.push_back({child(*service, "name"), place, text_at(service, "name"), port});
  } else if (const auto name = child(*backend, "serviceName"); name.value) {
    to.push_back({name, place, name.value->text, text_at(backend, "servicePort")});
  }
}

std::vector<Backend> backends_of(const PlacedResource& ingress) {
  std::vector<Backend> all;
  for (const std::string_view path :
       {"spec.defaultBackend", "spec.backend", "spec.rules[*].http.paths[*].backend"})
    for (const auto& place :
         YamlPath::parse(path, {}).value().places({nullptr, ingress.resource.root}))
      add_backend(place, all);
  return all;
}

bool serves(const PlacedResource& service, std::string_view port) {
  const auto ports = node_at(service.resource.root, "spec.ports");
  return port.empty() || (ports && std::ranges::any_of(ports->items, [&](const auto& one) {
                            return text_at(one, "port") == port || text_at(one, "name") == port;
                          }));
}

void dangling_ingress(All all, const InfraRule&, const RelationReport& report) {
  for (const auto& ingress : all) {
    if (ingress.resource.kind != "Ingress") continue;
    for (const auto& backend : backends_of(ingress)) {
      bool named = false;
      bool served = false;
      for (const auto* one : all.named("Service", backend.service)) {
        if (!share_namespace(ingress, *one)) continue;
        named = true;
        served = served || serves(*one, backend.port);
      }
      if (served) continue;
      report(
          ingress, backend.place,
          named
              ? fmt::format("Ingress `{}` sends to port {} of service `{}`, which has no such port",
                            ingress.resource.name, backend.port, backend.service)
              : fmt::format("Ingress `{}` sends to service `{}`, which is nowhere in this tree",
                            ingress.resource.name, backend.service));
    }
  }
}

// Pods in the middle of an ingress and the internet, by name of their service.
void exposed_by_ingress(All all, const InfraRule&, const RelationReport& report) {
  for (const auto& ingress : all) {
    if (ingress.resource.kind != "Ingress") continue;
    for (const auto& backend : backends_of(ingress))
      report(ingress, backend.whole,
             fmt::format("Ingress `{}` makes service `{}` reachable from outside",
                         ingress.resource.name, backend.service));
  }
}

void dangling_network_policy(All all, const InfraRule&, const RelationReport& report) {
  for (const auto& policy : all) {
    if (policy.resource.kind != "NetworkPolicy") continue;
    const auto selector = node_at(policy.resource.root, "spec.podSelector");
    if (!selector || selector->entries.empty()) continue;
    if (!chooses_any(all, policy, selector))
      report(policy, place_at(policy, "spec.podSelector.matchLabels.*"),
             fmt::format(
                 "NetworkPolicy `{}` is for pods with {}, and nothing in this tree makes such pods",
                 policy.resource.name, selector_text(selector)));
  }
}

void dangling_peer(All all, const InfraRule&, const RelationReport& report) {
  for (const auto& policy : all) {
    if (policy.resource.kind != "NetworkPolicy") continue;
    for (const std::string_view path : {"spec.ingress[*].from[*]", "spec.egress[*].to[*]"}) {
      for (const auto& peer :
           YamlPath::parse(path, {}).value().places({nullptr, policy.resource.root})) {
        const auto selector = child(*peer.value, "podSelector");
        if (!selector.value || selector.value->entries.empty() ||
            child(*peer.value, "namespaceSelector").value)
          continue;
        if (!chooses_any(all, policy, selector.value))
          report(policy, selector,
                 fmt::format("NetworkPolicy `{}` names peers with {}, and nothing in this tree "
                             "makes such pods",
                             policy.resource.name, selector_text(selector.value)));
      }
    }
  }
}

bool covers_pod(const PlacedResource& policy, const PlacedResource& workload) {
  if (!share_namespace(policy, workload)) return false;
  const auto selector = node_at(policy.resource.root, "spec.podSelector");
  if (!selector) return false;
  // One for all pods of a namespace that nobody names is for those beside it.
  const bool names_pods = !selector->entries.empty();
  const bool names_place = !policy.resource.given_namespace.empty() &&
                           policy.resource.given_namespace == workload.resource.given_namespace;
  if (!names_pods && !names_place && policy.path != workload.path &&
      policy.path.find('/') != std::string::npos && nearness(policy, workload) == 0)
    return false;
  return is_selected(selector, workload.labels);
}

void no_network_policy(All all, const InfraRule& rule, const RelationReport& report) {
  for (const auto& workload : all) {
    if (!workload.pod.spec.value) continue;
    if (std::ranges::any_of(all.of_kind("NetworkPolicy"),
                            [&](const auto* one) { return covers_pod(*one, workload); }))
      continue;
    const auto place = place_at(workload, "metadata.name");
    report(workload, place,
           rule.message({.place = place, .beginnings = {{"$", {nullptr, workload.resource.root}}}},
                        place));
  }
}

void dangling_service_monitor(All all, const InfraRule&, const RelationReport& report) {
  for (const auto& monitor : all) {
    if (monitor.resource.kind != "ServiceMonitor") continue;
    const auto selector = node_at(monitor.resource.root, "spec.selector");
    const auto spaces = node_at(monitor.resource.root, "spec.namespaceSelector.matchNames");
    const bool chooses = selector && !selector->entries.empty();
    if (!chooses && !spaces) continue;
    const bool any = text_at(monitor.resource.root, "spec.namespaceSelector.any") == "true";
    const auto in_space = [&](const PlacedResource& one) {
      if (any || one.resource.given_namespace.empty()) return true;
      if (!spaces) return share_namespace(monitor, one);
      return std::ranges::any_of(spaces->items, [&](const auto& name) {
        return name->text == one.resource.given_namespace;
      });
    };
    if (std::ranges::any_of(all.of_kind("Service"), [&](const auto* one) {
          return in_space(*one) &&
                 is_selected(selector, labels_of(node_at(one->resource.root, "metadata.labels")));
        }))
      continue;
    report(monitor, place_at(monitor, chooses ? "spec.selector" : "spec.namespaceSelector"),
           fmt::format("ServiceMonitor `{}` watches services{}, and there is none in this tree",
                       monitor.resource.name,
                       chooses ? " with " + selector_text(selector) : " of other namespaces"));
  }
}

constexpr std::array kRelations = {
    ResourceRelation{"dangling-service", &dangling_service},
    ResourceRelation{"service-target-port", &service_target_port},
    ResourceRelation{"dangling-ingress", &dangling_ingress},
    ResourceRelation{"exposed-by-ingress", &exposed_by_ingress},
    ResourceRelation{"dangling-network-policy", &dangling_network_policy},
    ResourceRelation{"dangling-network-policy-peer", &dangling_peer},
    ResourceRelation{"no-network-policy", &no_network_policy},
    ResourceRelation{"dangling-service-monitor", &dangling_service_monitor},
};

}  // namespace

std::span<const ResourceRelation> network_relations() { return kRelations; }

}  // namespace crema::scan
