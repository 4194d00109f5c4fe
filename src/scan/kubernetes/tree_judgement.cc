#include "tree_judgement.h"

#include "annotations.h"
#include "kustomize_rendering.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace crema::scan {
namespace {

constexpr std::size_t kMostRelated = 50'000;

std::string shown_folder(const std::string& folder) { return folder.empty() ? "." : folder; }

}  // namespace

TreeJudgement::TreeJudgement(const KubernetesRules& rules, const ManifestFiles& files,
                             const RenderChart& render_chart)
    : rules_(rules), files_(files), render_chart_(render_chart), kustomize_(files) {
  for (const auto& [path, notes] : files_)
    if (notes.kind == FileKind::chart) charts_.push_back(folder_of(path));
}

bool TreeJudgement::is_in_chart(const std::string& path) const {
  return std::ranges::any_of(charts_, [&](const auto& folder) {
    const std::string start = folder.empty() ? "" : folder + "/";
    return path.starts_with(start + "templates/") || path.starts_with(start + "charts/");
  });
}

TreeAnswer TreeJudgement::judge() {
  judge_files();
  judge_kustomizations();
  judge_charts();
  judge_relations();
  for (auto& [key, one] : rendered_) {
    const auto& path = one.found.finding.locations.front().path;
    const auto& all = renderings_[path];
    // Where one overlay puts right what another leaves, it matters which.
    if (one.by.size() < all.size())
      one.found.finding.message +=
          fmt::format(" (as rendered by {})",
                      join(std::vector<std::string>(one.by.begin(), one.by.end()), ", "));
    answer_.found.push_back(std::move(one.found));
  }
  std::ranges::move(kustomize_.not_scanned(), std::back_inserter(answer_.not_scanned));
  return std::move(answer_);
}

void TreeJudgement::add(Found found, const KubeResource& resource, const std::string& by) {
  heed_annotations(resource, found);
  if (by.empty()) {
    answer_.found.push_back(std::move(found));
    return;
  }
  const auto& place = found.finding.locations.front();
  // One patch may make it of several resources.
  auto what = fmt::format("{} {} {}", resource.kind, resource.first_line, found.content);
  RenderedKey key{found.finding.rule, place.path, place.line, place.column, std::move(what)};
  const auto [entry, is_new] = rendered_.try_emplace(std::move(key), Rendered{found, {}});
  entry->second.by.insert(by);
  // Taken back in one overlay is not taken back in all.
  if (!is_new && found.finding.state != evidence::FindingState::suppressed)
    entry->second.found = std::move(found);
}

void TreeJudgement::add_resource(const KubeResource& resource, const std::string& by,
                                 const FileOf& file_of, std::vector<Found> found) {
  const auto* file = file_of(*resource.root);
  if (!by.empty() && file != nullptr) renderings_[*file].insert(by);
  for (auto& one : found) add(std::move(one), resource, by);
  resources_.emplace_back(resource, file == nullptr ? "" : *file, by);
}

void TreeJudgement::judge_files() {
  for (const auto& [path, notes] : files_) {
    if (is_in_chart(path)) continue;
    if (notes.not_scanned) answer_.not_scanned.push_back(*notes.not_scanned);
    if (notes.kind != FileKind::manifest || kustomize_.used_files().contains(path)) continue;
    std::size_t at = 0;
    for (const auto& document : notes.documents)
      for (const auto& resource : resources_of(document)) {
        add_resource(
            resource, "", [&](const auto&) { return &path; },
            at < notes.found.size() ? notes.found[at] : std::vector<Found>());
        ++at;
      }
  }
}

void TreeJudgement::judge_kustomizations() {
  const FileOf file_of = [&](const auto& node) { return kustomize_.origins().file_of(node); };
  for (const auto& top : kustomize_.tops()) {
    for (const auto& document : kustomize_.render(top))
      for (const auto& resource : resources_of(document))
        add_resource(resource, shown_folder(top), file_of, rules_.judge(resource, file_of));
  }
}

void TreeJudgement::judge_charts() {
  for (const auto& folder : charts_) {
    if (is_in_chart(folder + "/Chart.yaml")) continue;  // rendered with the one around it
    if (render_chart_) {
      judge_chart(folder);
      continue;
    }
    answer_.not_scanned.push_back(
        {folder.empty() ? "Chart.yaml" : folder + "/Chart.yaml", "kubernetes/helm-chart",
         "helm chart: helm is not installed, so its templates were not rendered"});
  }
}

void TreeJudgement::judge_chart(const std::string& folder) {
  const auto chart = folder.empty() ? std::string("Chart.yaml") : folder + "/Chart.yaml";
  const auto output = render_chart_(folder);
  if (!output) {
    answer_.not_scanned.push_back({chart, output.error().code, output.error().message});
    return;
  }
  const auto text_of = [&](const std::string& path) -> std::string_view {
    const auto file = files_.find(path);
    return file == files_.end() ? "" : std::string_view(file->second.text);
  };
  const auto documents = read_chart(folder, *output, text_of);
  if (!documents) {
    answer_.not_scanned.push_back({chart, documents.error().code, documents.error().message});
    return;
  }
  for (const auto& document : *documents)
    for (const auto& resource : resources_of(document.root)) {
      const FileOf file_of = [&](const auto&) { return &document.file; };
      add_resource(resource, shown_folder(folder), file_of, rules_.judge(resource, file_of));
    }
}

void TreeJudgement::judge_relations() {
  // Each is held against all others.
  if (resources_.size() > kMostRelated) {
    answer_.not_scanned.push_back(
        {resources_.front().path, "kubernetes/too-many-resources",
         fmt::format("the tree has {} resources: more than {} are not held against each other; "
                     "scan its applications one by one",
                     resources_.size(), kMostRelated)});
    return;
  }
  const ResourceSet all(std::move(resources_));
  for (const auto* rule : rules_.across()) {
    const auto relation =
        std::ranges::find(resource_relations(), rule->check(), &ResourceRelation::name);
    relation->look(
        all, *rule, [&](const PlacedResource& of, const YamlPlace& place, std::string message) {
          if (!rule->kinds().empty() &&
              std::ranges::find(rule->kinds(), of.resource.kind) == rule->kinds().end())
            return;
          const FileOf file_of = [&](const auto& node) {
            const auto* file = kustomize_.origins().file_of(node);
            return file == nullptr ? &of.path : file;
          };
          auto found = found_in(of.resource, *rule, {place, std::move(message)}, "", file_of);
          // What is missing may be in a chart that was not rendered.
          if (!charts_.empty() && !render_chart_)
            found.finding.confidence = evidence::Confidence::low;
          add(std::move(found), of.resource, of.rendered_by);
        });
  }
}

}  // namespace crema::scan
