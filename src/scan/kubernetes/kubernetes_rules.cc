#include "kubernetes_rules.h"

#include "component_flags.h"
#include "resource_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace crema::scan {
namespace {

constexpr std::array<std::string_view, 5> kSubjects = {"resource", "pod", "pod-template",
                                                       "container", "main-container"};

// One thing in a resource that rules look at.
struct Subject {
  std::string_view kind;
  RuleScope scope;
  std::string part;  // what it is called inside the resource
};

std::vector<Subject> subjects_of(const KubeResource& resource, bool with_flags) {
  const YamlPlace root{nullptr, resource.root};
  std::vector<Subject> all;
  std::vector<std::pair<std::string, YamlPlace>> beginnings{{"$", root}};
  all.push_back({kSubjects[0], {root, beginnings}, ""});
  const auto pod = pod_of(resource);
  if (!pod.template_place.value) return all;
  beginnings.emplace_back("$template", pod.template_place);
  if (pod.spec.value) beginnings.emplace_back("$pod", pod.spec);
  all.push_back({kSubjects[2], {pod.template_place, beginnings}, ""});
  if (!pod.spec.value) return all;
  all.push_back({kSubjects[1], {pod.spec, beginnings}, ""});
  for (const auto& container : containers_of(pod)) {
    auto own = beginnings;
    own.emplace_back("$container", container.place);
    if (with_flags) own.emplace_back("$flags", flags_of(container.place.value));
    const auto part = fmt::format("{} {}", container.list, text_at(container.place.value, "name"));
    if (container.list == "containers") all.push_back({kSubjects[4], {container.place, own}, part});
    all.push_back({kSubjects[3], {container.place, std::move(own)}, part});
  }
  return all;
}

bool is_about(const InfraRule& rule, const KubeResource& resource) {
  const auto& kinds = rule.kinds();
  return kinds.empty() || std::ranges::find(kinds, resource.kind) != kinds.end();
}

}  // namespace

const Framework& kubernetes_framework() {
  static const Framework kFramework{.name = "kubernetes",
                                    .subjects = kSubjects,
                                    .checks = kubernetes_checks(),
                                    .has_kinds = true};
  return kFramework;
}

Result<KubernetesRules> KubernetesRules::read(std::vector<Rule> pages,
                                              const RuleSelection& selection) {
  KubernetesRules rules;
  rules.pages_ = std::make_unique<std::vector<Rule>>(std::move(pages));
  std::erase_if(*rules.pages_,
                [](const Rule& page) { return framework_of(page) != kubernetes_framework().name; });
  if (selection.takes_framework(kubernetes_framework().name))
    for (const auto& page : *rules.pages_)
      if (selection.takes(page))
        rules.rules_.push_back(CREMA_TRY(InfraRule::read(page, kubernetes_framework())));
  for (const auto& rule : rules.rules_) {
    rules.uses_flags_ =
        rules.uses_flags_ || rule.rule().page->text().find("$flags") != std::string_view::npos;
    (looks_across(rule.check()) ? rules.across_ : rules.alone_).push_back(&rule);
  }
  return rules;
}

Found found_in(const KubeResource& resource, const InfraRule& rule, const RuleHit& hit,
               std::string_view part, const FileOf& file_of) {
  const auto& node = hit.place.key ? hit.place.key : hit.place.value;
  const auto* own = file_of(*resource.root);
  const auto* file = node ? file_of(*node) : own;
  if (file == nullptr) file = own;
  Resource around{.path = file == nullptr ? "" : *file, .address = resource.address()};
  // What stands in a patch is not between the lines of what is patched.
  if (own != nullptr && around.path == *own) {
    around.first_line = resource.first_line;
    around.last_line = resource.last_line;
  }
  return make_found(rule, hit, around, part);
}

std::vector<Found> KubernetesRules::judge(const KubeResource& resource,
                                          const FileOf& file_of) const {
  std::vector<Found> found;
  const auto subjects = subjects_of(resource, uses_flags_);
  for (const auto* rule : alone_) {
    if (!is_about(*rule, resource)) continue;
    for (const auto& subject : subjects) {
      if (subject.kind != rule->subject()) continue;
      for (const auto& hit : rule->judge(subject.scope))
        found.push_back(found_in(resource, *rule, hit, subject.part, file_of));
    }
  }
  return found;
}

}  // namespace crema::scan
