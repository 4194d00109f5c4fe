// Kubernetes: manifests, what kustomize makes of them, and Helm charts where helm is there.
//
// Each resource is judged by itself and beside all others of the tree. A manifest that a
// kustomization uses is judged as the overlays render it, and each finding points at the line it
// comes from. The templates of a chart are judged as helm renders them; without helm they are not
// scanned, and that is said.
#pragma once

#include "crema/base/result.h"
#include "crema/scan/core/rule.h"
#include "crema/scan/core/rule_selection.h"
#include "crema/scan/core/scanner.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace crema::scan {

struct KubernetesSettings {
  RuleSelection selection;
  std::vector<Rule> extra_rules;  // the team's own; those of other frameworks are left alone
  // What `helm template` prints for the chart in this folder of the tree ("" for its root). Empty
  // where helm is not there.
  std::function<Result<std::string>(const std::string& folder)> render_chart;
};

// `helm template` of a chart below `root`, ended after `seconds`. Errors are
// "kubernetes/helm-failed" with helm's words.
std::function<Result<std::string>(const std::string& folder)> helm_at(std::filesystem::path program,
                                                                      std::filesystem::path root,
                                                                      int seconds = 30);

// Errors are "rule/..." for a page of the team's that is wrong.
Result<std::unique_ptr<Scanner>> make_kubernetes_scanner(KubernetesSettings settings);

}  // namespace crema::scan
