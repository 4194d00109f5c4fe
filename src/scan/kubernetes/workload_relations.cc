// Workloads, and the budgets, scalers, accounts and values they are given.
#include "resource_relations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <vector>

namespace crema::scan {
namespace {

using formats::YamlPtr;
using All = const ResourceSet&;

YamlPlace place_at(const PlacedResource& of, std::string_view path) {
  return YamlPath::parse(path, {}).value().nearest({nullptr, of.resource.root});
}

RuleScope scope_of(const PlacedResource& of) {
  return {.place = {nullptr, of.resource.root}, .beginnings = {{"$", {nullptr, of.resource.root}}}};
}

bool is_target(const PlacedResource& scaler, const PlacedResource& workload) {
  return text_at(scaler.resource.root, "spec.scaleTargetRef.kind") == workload.resource.kind &&
         text_at(scaler.resource.root, "spec.scaleTargetRef.name") == workload.resource.name &&
         share_namespace(scaler, workload);
}

void dangling_scaler(All all, const InfraRule&, const RelationReport& report) {
  for (const auto& scaler : all) {
    if (scaler.resource.kind != "HorizontalPodAutoscaler") continue;
    if (!node_at(scaler.resource.root, "spec.scaleTargetRef") ||
        std::ranges::any_of(all.named(text_at(scaler.resource.root, "spec.scaleTargetRef.kind"),
                                      text_at(scaler.resource.root, "spec.scaleTargetRef.name")),
                            [&](const auto* one) { return is_target(scaler, *one); }))
      continue;
    report(
        scaler, place_at(scaler, "spec.scaleTargetRef"),
        fmt::format("HorizontalPodAutoscaler `{}` scales {} `{}`, which is nowhere in this tree",
                    scaler.resource.name, text_at(scaler.resource.root, "spec.scaleTargetRef.kind"),
                    text_at(scaler.resource.root, "spec.scaleTargetRef.name")));
  }
}

void replicas_beside_scaler(All all, const InfraRule&, const RelationReport& report) {
  for (const auto& workload : all) {
    const auto replicas = place_at(workload, "spec.replicas");
    if (!workload.pod.spec.value || !replicas.key || replicas.key->text != "replicas") continue;
    const auto& scalers = all.of_kind("HorizontalPodAutoscaler");
    const auto scaler =
        std::ranges::find_if(scalers, [&](const auto* one) { return is_target(*one, workload); });
    if (scaler == scalers.end()) continue;
    report(
        workload, replicas,
        fmt::format("{} `{}` says how many replicas it has, and HorizontalPodAutoscaler `{}` says "
                    "it too: each apply undoes what was scaled",
                    workload.resource.kind, workload.resource.name, (*scaler)->resource.name));
  }
}

void missing_service_account(All all, const InfraRule&, const RelationReport& report) {
  for (const auto& workload : all) {
    if (!workload.pod.spec.value) continue;
    auto account = child(*workload.pod.spec.value, "serviceAccountName");
    if (!account.value) account = child(*workload.pod.spec.value, "serviceAccount");
    if (!account.value || account.value->text.empty() || account.value->text == "default") continue;
    if (std::ranges::any_of(all.named("ServiceAccount", account.value->text),
                            [&](const auto* one) { return share_namespace(workload, *one); }))
      continue;
    report(workload, account,
           fmt::format("{} `{}` runs as service account `{}`, which is nowhere in this tree",
                       workload.resource.kind, workload.resource.name, account.value->text));
  }
}

void shared_service_account(All all, const InfraRule&, const RelationReport& report) {
  std::map<std::string_view, std::vector<const PlacedResource*>> users;
  for (const auto& workload : all)
    if (workload.pod.spec.value)
      users[text_at(workload.pod.spec.value, "serviceAccountName")].push_back(&workload);
  for (const auto& [account, workloads] : users) {
    if (account.empty() || account == "default") continue;
    for (const auto* workload : workloads) {
      const auto other = std::ranges::find_if(workloads, [&](const auto* one) {
        return one != workload && share_namespace(*one, *workload) &&
               (one->resource.name != workload->resource.name ||
                one->resource.kind != workload->resource.kind);
      });
      if (other == workloads.end()) continue;
      report(*workload, child(*workload->pod.spec.value, "serviceAccountName"),
             fmt::format("{} `{}` shares service account `{}` with {} `{}`",
                         workload->resource.kind, workload->resource.name, account,
                         (*other)->resource.kind, (*other)->resource.name));
    }
  }
}

// The pods that a budget is told to keep; none where it is no number.
struct Amount {
  double value = 0;
  bool percent = false;
};

std::optional<Amount> amount_of(std::string_view text) {
  Amount amount;
  if (text.ends_with('%')) {
    amount.percent = true;
    text.remove_suffix(1);
  }
  const auto number = quantity(text);
  if (!number) return std::nullopt;
  amount.value = *number;
  return amount;
}

double replicas_of(All all, const PlacedResource& workload) {
  const auto own = quantity(text_at(workload.resource.root, "spec.replicas"));
  if (own && *own > 1) return *own;
  for (const auto* one : all.of_kind("HorizontalPodAutoscaler"))
    if (is_target(*one, workload))
      return quantity(text_at(one->resource.root, "spec.minReplicas")).value_or(1);
  return own.value_or(1);
}

bool has_replicas(const PlacedResource& one) {
  constexpr std::array<std::string_view, 6> kKinds = {"Deployment",       "StatefulSet",
                                                      "ReplicaSet",       "ReplicationController",
                                                      "DeploymentConfig", "Rollout"};
  return std::ranges::find(kKinds, one.resource.kind) != kKinds.end();
}

void budget_keeps_all(All all, const InfraRule&, const RelationReport& report) {
  for (const auto& budget : all) {
    if (budget.resource.kind != "PodDisruptionBudget") continue;
    const auto least = place_at(budget, "spec.minAvailable");
    const auto amount = amount_of(text_at(budget.resource.root, "spec.minAvailable"));
    if (!amount) continue;
    if (amount->percent && amount->value >= 100) {
      report(budget, least,
             fmt::format("PodDisruptionBudget `{}` keeps 100% of its pods: no node can be drained",
                         budget.resource.name));
      continue;
    }
    const auto selector = node_at(budget.resource.root, "spec.selector");
    for (const auto& workload : all) {
      if (!selector || !has_replicas(workload) || !share_namespace(budget, workload) ||
          !is_selected(selector, workload.labels))
        continue;
      const auto replicas = replicas_of(all, workload);
      const auto kept = amount->percent ? std::ceil(replicas * amount->value / 100) : amount->value;
      if (replicas > kept) continue;
      report(budget, least,
             fmt::format(
                 "PodDisruptionBudget `{}` keeps {:.0f} of the {:.0f} pods of {} `{}`: no node "
                 "can be drained",
                 budget.resource.name, kept, replicas, workload.resource.kind,
                 workload.resource.name));
      break;
    }
  }
}

void no_disruption_budget(All all, const InfraRule& rule, const RelationReport& report) {
  for (const auto& workload : all) {
    if (!has_replicas(workload) || replicas_of(all, workload) < 2) continue;
    if (std::ranges::any_of(all.of_kind("PodDisruptionBudget"), [&](const auto* one) {
          return share_namespace(*one, workload) &&
                 is_selected(node_at(one->resource.root, "spec.selector"), workload.labels);
        }))
      continue;
    const auto place = place_at(workload, "spec.selector.matchLabels");
    report(workload, place, rule.message(scope_of(workload), place));
  }
}

// Whether the namespace of a workload has a limit of its own, of the kind the rule's page is about.
void no_limit_in_namespace(All all, const InfraRule& rule, const RelationReport& report,
                           std::string_view kind) {
  for (const auto& workload : all) {
    if (!workload.pod.spec.value) continue;
    if (std::ranges::any_of(all.of_kind(kind),
                            [&](const auto* one) { return share_namespace(*one, workload); }))
      continue;
    const auto place = place_at(workload, "metadata.name");
    report(workload, place, rule.message(scope_of(workload), place));
  }
}

void no_limit_range(All all, const InfraRule& rule, const RelationReport& report) {
  no_limit_in_namespace(all, rule, report, "LimitRange");
}

void no_resource_quota(All all, const InfraRule& rule, const RelationReport& report) {
  no_limit_in_namespace(all, rule, report, "ResourceQuota");
}

// Whether a Secret or ConfigMap of this name has the key: yes, no, or nobody knows it.
enum class Known : char { yes, no_key, nobody };

Known knows(All all, const PlacedResource& workload, std::string_view kind, std::string_view name,
            std::string_view key) {
  auto known = Known::nobody;
  for (const auto* one : all.named(kind, name)) {
    if (!share_namespace(workload, *one)) continue;
    known = Known::no_key;
    for (const std::string_view part : {"data", "stringData", "binaryData"})
      if (const auto entries = child(*one->resource.root, part).value)
        for (const auto& [its_key, value] : entries->entries)
          if (its_key->text == key) return Known::yes;
  }
  return known;
}

void missing_env_source(All all, const InfraRule&, const RelationReport& report) {
  const auto sources = YamlPath::parse("env[*].valueFrom", {}).value();
  for (const auto& workload : all) {
    for (const auto& container : containers_of(workload.pod)) {
      for (const auto& source : sources.places(container.place)) {
        for (const auto& [reference, kind] :
             {std::pair{"secretKeyRef", "Secret"}, std::pair{"configMapKeyRef", "ConfigMap"}}) {
          const auto place = child(*source.value, reference);
          if (!place.value || text_at(place.value, "optional") == "true") continue;
          const auto name = text_at(place.value, "name");
          const auto key = text_at(place.value, "key");
          const auto known = knows(all, workload, kind, name, key);
          if (known == Known::yes) continue;
          report(workload, place,
                 known == Known::nobody
                     ? fmt::format("Container `{}` takes a variable from {} `{}`, which is nowhere "
                                   "in this tree",
                                   text_at(container.place.value, "name"), kind, name)
                     : fmt::format("Container `{}` takes a variable from key `{}` of {} `{}`, "
                                   "which has no such key",
                                   text_at(container.place.value, "name"), key, kind, name));
        }
      }
    }
  }
}

constexpr std::array kRelations = {
    ResourceRelation{"dangling-scaler", &dangling_scaler},
    ResourceRelation{"replicas-beside-scaler", &replicas_beside_scaler},
    ResourceRelation{"missing-service-account", &missing_service_account},
    ResourceRelation{"shared-service-account", &shared_service_account},
    ResourceRelation{"budget-keeps-all", &budget_keeps_all},
    ResourceRelation{"no-disruption-budget", &no_disruption_budget},
    ResourceRelation{"no-limit-range", &no_limit_range},
    ResourceRelation{"no-resource-quota", &no_resource_quota},
    ResourceRelation{"missing-env-source", &missing_env_source},
};

}  // namespace

std::span<const ResourceRelation> workload_relations() { return kRelations; }

}  // namespace crema::scan
