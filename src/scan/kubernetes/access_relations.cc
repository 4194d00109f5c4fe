// Bindings, and the roles they hand on.
#include "resource_relations.h"

#include <algorithm>
#include <array>
#include <set>

namespace crema::scan {
namespace {

using All = const ResourceSet&;

bool is_binding(const PlacedResource& one) {
  return one.resource.kind == "RoleBinding" || one.resource.kind == "ClusterRoleBinding";
}

// The role a binding refers to: the nearest of that name.
const PlacedResource* role_of(All all, const PlacedResource& binding) {
  const auto kind = text_at(binding.resource.root, "roleRef.kind");
  const auto name = text_at(binding.resource.root, "roleRef.name");
  const PlacedResource* role = nullptr;
  for (const auto* one : all.named(kind, name)) {
    if (kind == "Role" && !share_namespace(*one, binding)) continue;
    if (role == nullptr || nearness(*one, binding) > nearness(*role, binding)) role = one;
  }
  return role;
}

// A page's condition, asked of each binding with `$role` where its role is known.
void role_of_binding(All all, const InfraRule& rule, const RelationReport& report) {
  for (const auto& binding : all) {
    if (!is_binding(binding)) continue;
    const YamlPlace root{nullptr, binding.resource.root};
    RuleScope scope{.place = root, .beginnings = {{"$", root}}};
    if (const auto* role = role_of(all, binding))
      scope.beginnings.emplace_back("$role", YamlPlace{nullptr, role->resource.root});
    for (const auto& hit : rule.judge(scope)) report(binding, hit.place, hit.message);
  }
}

// And of each role that is bound, with a binding that gives it as `$binding`.
void bound_role(All all, const InfraRule& rule, const RelationReport& report) {
  std::set<const PlacedResource*> reported;
  for (const auto& binding : all) {
    if (!is_binding(binding)) continue;
    const auto* role = role_of(all, binding);
    if (role == nullptr || reported.contains(role)) continue;
    const YamlPlace root{nullptr, role->resource.root};
    const RuleScope scope{
        .place = root, .beginnings = {{"$", root}, {"$binding", {nullptr, binding.resource.root}}}};
    for (const auto& hit : rule.judge(scope)) {
      report(*role, hit.place, hit.message);
      reported.insert(role);
    }
  }
}

constexpr std::array kRelations = {
    ResourceRelation{"role-of-binding", &role_of_binding},
    ResourceRelation{"bound-role", &bound_role},
};

}  // namespace

std::span<const ResourceRelation> access_relations() { return kRelations; }

}  // namespace crema::scan
