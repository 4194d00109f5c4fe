// The second stage of the scan: what the files of a tree are together. Kustomizations are rendered,
// charts too where helm is there; resources are held against each other; what a resource says of
// rules it does not want is heard.
#pragma once

#include "helm_chart.h"
#include "kubernetes_rules.h"
#include "kustomize.h"
#include "resource_relations.h"

#include "crema/scan/core/scanner.h"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace crema::scan {

class TreeJudgement {
 public:
  TreeJudgement(const KubernetesRules& rules, const ManifestFiles& files,
                const RenderChart& render_chart);
  TreeAnswer judge();

 private:
  // A finding of something that was rendered, and by what.
  struct Rendered {
    Found found;
    std::set<std::string> by;
  };
  using RenderedKey =
      std::tuple<std::string, std::string, std::uint32_t, std::uint32_t, std::string>;

  const KubernetesRules& rules_;
  const ManifestFiles& files_;
  const RenderChart& render_chart_;
  Kustomize kustomize_;
  std::vector<std::string> charts_;  // folders
  TreeAnswer answer_;
  std::vector<PlacedResource> resources_;
  std::map<RenderedKey, Rendered> rendered_;
  std::map<std::string, std::set<std::string>> renderings_;  // of a file: what takes it in

  bool is_in_chart(const std::string& path) const;
  void judge_files();
  void judge_kustomizations();
  void judge_charts();
  void judge_chart(const std::string& folder);
  void judge_relations();
  void add(Found found, const KubeResource& resource, const std::string& by);
  void add_resource(const KubeResource& resource, const std::string& by, const FileOf& file_of,
                    std::vector<Found> found);
};

}  // namespace crema::scan
