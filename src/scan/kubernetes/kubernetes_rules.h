// The rules of Kubernetes: the pages, what they may say, and what one resource is found to be.
#pragma once

#include "manifest.h"

#include "crema/scan/core/rule.h"
#include "crema/scan/core/rule_selection.h"
#include "crema/scan/infra/infra_rule.h"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

// What a page of Kubernetes may say.
const Framework& kubernetes_framework();

// The path of the file that a node of a resource comes from; null where nobody knows.
using FileOf = std::function<const std::string*(const formats::YamlNode&)>;

// The finding of a hit in a resource, at the place in its own file.
Found found_in(const KubeResource& resource, const InfraRule& rule, const RuleHit& hit,
               std::string_view part, const FileOf& file_of);

class KubernetesRules {
 public:
  // Those of `pages` that are Kubernetes' and that `selection` takes. Errors are InfraRule::read's.
  static Result<KubernetesRules> read(std::vector<Rule> pages, const RuleSelection& selection);

  std::span<const Rule> pages() const { return *pages_; }
  // What is wrong with a resource by itself.
  std::vector<Found> judge(const KubeResource& resource, const FileOf& file_of) const;
  // The rules whose check looks at several resources, with its name.
  const std::vector<const InfraRule*>& across() const { return across_; }

 private:
  std::unique_ptr<std::vector<Rule>> pages_;
  std::vector<InfraRule> rules_;
  std::vector<const InfraRule*> alone_;
  std::vector<const InfraRule*> across_;
  bool uses_flags_ = false;
};

}  // namespace crema::scan
