#include "kustomize_rendering.h"

#include "manifest.h"

#include "crema/base/strings.h"
#include "crema/scan/infra/condition.h"
#include "crema/scan/infra/yaml_document.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace crema::scan {
namespace {

using formats::YamlKind;
using formats::YamlNode;
using formats::YamlPtr;

constexpr std::size_t kDeepest = 16;            // kustomizations in kustomizations
constexpr std::size_t kMostResources = 20'000;  // of one that is rendered

bool is_remote(std::string_view path) {
  return path.find("://") != std::string_view::npos || path.starts_with("git@") ||
         path.starts_with("github.com/") || path.find("?ref=") != std::string_view::npos;
}

void add_all(const YamlNode& kustomization, std::string_view key, std::string_view kind,
             std::vector<KustomizationEntry>& to) {
  const auto list = child(kustomization, key).value;
  if (!list) return;
  for (const auto& item : list->items) {
    if (item->kind == YamlKind::scalar)
      to.push_back({item->text, kind, item});
    else if (const auto path = child(*item, "path"); path.value)
      to.push_back({path.value->text, kind, path.value});
  }
}

// An expression of a target: the whole text, as kustomize has it.
bool fits(const YamlPtr& target, std::string_view key, std::string_view text) {
  const auto wanted = text_at(target, key);
  return wanted.empty() || wanted == text ||
         RE2::FullMatch(text, RE2(std::string(wanted), RE2::Quiet));
}

bool fits_labels(const YamlPtr& target, const YamlPtr& resource) {
  const auto wanted = text_at(target, "labelSelector");
  const auto labels = labels_of(node_at(resource, "metadata.labels"));
  if (wanted.empty()) return true;
  return std::ranges::all_of(split(wanted, ','), [&](auto part) {
    const auto equal = part.find('=');
    return equal != std::string_view::npos &&
           std::ranges::find(labels, std::pair(std::string(trim(part.substr(0, equal))),
                                               std::string(trim(part.substr(equal + 1))))) !=
               labels.end();
  });
}

bool is_target(const YamlPtr& target, const YamlPtr& resource) {
  const auto api = text_at(resource, "apiVersion");
  const auto slash = api.find('/');
  return fits(target, "kind", text_at(resource, "kind")) &&
         fits(target, "name", text_at(resource, "metadata.name")) &&
         fits(target, "namespace", text_at(resource, "metadata.namespace")) &&
         fits(target, "group", slash == std::string_view::npos ? "" : api.substr(0, slash)) &&
         fits_labels(target, resource);
}

}  // namespace

std::vector<KustomizationEntry> entries_of(const YamlNode& kustomization) {
  std::vector<KustomizationEntry> all;
  for (const std::string_view key : {"resources", "bases"})
    add_all(kustomization, key, "resources", all);
  add_all(kustomization, "components", "components", all);
  for (const std::string_view key :
       {"patches", "patchesStrategicMerge", "patchesJson6902", "configurations", "transformers"})
    add_all(kustomization, key, "patches", all);
  // Values that stand there themselves name no file.
  std::erase_if(all, [](const auto& entry) { return entry.path.find('\n') != std::string::npos; });
  return all;
}

Rendering::Rendering(Kustomize& all, std::string folder)
    : all_(all), folder_(std::move(folder)), patch_(all.origins_) {
  const auto found = all_.kustomizations_.find(folder_);
  if (found == all_.kustomizations_.end()) return;
  file_ = found->second;
  load(file_);
  const auto& documents = all_.files_.find(file_)->second.documents;
  if (!documents.empty()) root_ = documents.front();
}

void Rendering::load(const std::string& path) {
  const auto file = all_.files_.find(path);
  if (file == all_.files_.end() || !all_.loaded_.insert(path).second) return;
  for (const auto& document : file->second.documents) all_.origins_.add_tree(document, file->first);
}

void Rendering::skip(std::string_view code, std::string reason) {
  all_.not_scanned_.insert({file_, std::string(code), std::move(reason)});
}

std::vector<YamlPtr> Rendering::run(std::vector<YamlPtr> resources) {
  resources_ = std::move(resources);
  if (!root_ || all_.open_.size() >= kDeepest ||
      std::ranges::find(all_.open_, folder_) != all_.open_.end()) {
    if (root_) skip("kubernetes/kustomize-loop", "the kustomization uses itself");
    return std::move(resources_);
  }
  all_.open_.push_back(folder_);
  const auto entries = entries_of(*root_);
  for (const auto& entry : entries)
    if (entry.kind == "resources") add_entry(entry);
  generate("configMapGenerator", "ConfigMap");
  generate("secretGenerator", "Secret");
  for (const auto& entry : entries)
    if (entry.kind == "components") add_entry(entry);
  if (const auto charts = child(*root_, "helmCharts"); charts.value)
    skip("kubernetes/helm-chart", "it takes charts of Helm in, which are not rendered");
  apply_patches();
  set_namespace();
  set_names();
  set_labels();
  set_annotations();
  set_images();
  set_replicas();
  all_.open_.pop_back();
  return std::move(resources_);
}

void Rendering::add_entry(const KustomizationEntry& entry) {
  if (is_remote(entry.path)) {
    skip("kubernetes/remote-base", fmt::format("its base {} is elsewhere", entry.path));
    return;
  }
  const auto path = path_below(folder_, entry.path);
  if (all_.kustomizations_.contains(path)) {
    if (entry.kind == "components") {
      resources_ = Rendering(all_, path).run(std::move(resources_));
      return;
    }
    std::ranges::move(Rendering(all_, path).run({}), std::back_inserter(resources_));
  } else if (const auto file = all_.files_.find(path); file != all_.files_.end()) {
    load(path);
    for (const auto& document : file->second.documents)
      for (const auto& resource : resources_of(document)) resources_.push_back(resource.root);
  }
  if (resources_.size() <= kMostResources) return;
  skip("kubernetes/too-large", fmt::format("it makes more than {} resources", kMostResources));
  resources_.resize(kMostResources);
}

// Only names and keys: values come from files and are no matter here.
void Rendering::generate(std::string_view list, std::string_view kind) {
  const auto generators = child(*root_, list).value;
  if (!generators) return;
  for (const auto& one : generators->items) {
    const auto name = child(*one, "name");
    if (!name.value || text_at(one, "behavior") == "merge") continue;
    const auto& like = *name.key;
    auto made = std::make_shared<YamlNode>();
    made->kind = YamlKind::mapping;
    made->line = one->line;
    made->column = one->column;
    all_.origins_.add(made, like);
    YamlPtr resource = made;
    resource = patch_.with(resource, "apiVersion", patch_.text("v1", like), like);
    resource = patch_.with(resource, "kind", patch_.text(kind, like), like);
    const std::array<std::string_view, 2> at = {"metadata", "name"};
    resource = patch_.changed(resource, at, [&](const YamlPtr&) { return name.value; }, true, like);
    for (const std::string_view source : {"literals", "files", "envs"}) {
      const auto entries = child(*one, source).value;
      if (!entries) continue;
      for (const auto& entry : entries->items) {
        const auto equal = entry->text.find('=');
        const auto key = equal == std::string::npos ? entry->text.substr(entry->text.rfind('/') + 1)
                                                    : entry->text.substr(0, equal);
        const std::array<std::string_view, 2> in = {"data", key};
        resource = patch_.changed(
            resource, in, [&](const YamlPtr&) { return patch_.text("...", *entry); }, true, *entry);
      }
    }
    resources_.push_back(resource);
  }
}

void Rendering::apply_patches() {
  if (const auto list = child(*root_, "patchesStrategicMerge").value)
    for (const auto& item : list->items) {
      if (item->text.find('\n') != std::string::npos)
        apply_patch_text(item, nullptr);
      else
        apply_patch_file(item->text, nullptr);
    }
  for (const std::string_view key : {"patches", "patchesJson6902"}) {
    const auto list = child(*root_, key).value;
    if (!list) continue;
    for (const auto& item : list->items) {
      const auto target = child(*item, "target").value;
      if (const auto path = child(*item, "path"); path.value)
        apply_patch_file(path.value->text, target);
      else if (const auto text = child(*item, "patch"); text.value)
        apply_patch_text(text.value, target);
      else if (item->kind == YamlKind::scalar)
        apply_patch_file(item->text, target);
    }
  }
}

void Rendering::apply_patch_file(std::string_view path, const YamlPtr& target) {
  const auto file = all_.files_.find(path_below(folder_, path));
  if (file == all_.files_.end()) return;
  load(file->first);
  for (const auto& document : file->second.documents) apply_patch(document, target);
}

void Rendering::apply_patch_text(const YamlPtr& text, const YamlPtr& target) {
  // So that its lines are those of the kustomization: a block begins below its indicator.
  const bool block =
      text->style == formats::YamlStyle::literal || text->style == formats::YamlStyle::folded;
  std::string padded(block ? text->line : text->line - 1, '\n');
  const auto documents =
      read_yaml_documents(std::make_shared<SourceFile>(file_, padded + text->text));
  if (!documents) {
    skip("kubernetes/patch", "a patch in it is no YAML: " + documents.error().message);
    return;
  }
  for (const auto& document : *documents) {
    all_.origins_.add_tree(document, all_.files_.find(file_)->first);
    apply_patch(document, target);
  }
}

void Rendering::apply_patch(const YamlPtr& patch, const YamlPtr& target) {
  if (patch->kind == YamlKind::scalar) return;
  for (auto& resource : resources_) {
    const bool meant =
        target ? is_target(target, resource)
               : text_at(patch, "kind") == text_at(resource, "kind") &&
                     text_at(patch, "metadata.name") == text_at(resource, "metadata.name");
    if (!meant || !resource) continue;
    if (patch->kind == YamlKind::sequence) {
      resource = patch_.with_operations(resource, *patch);
      continue;
    }
    const auto directive = child(*patch, "$patch");
    if (directive.value && directive.value->text == "delete") {
      resource = nullptr;
      continue;
    }
    // What a patch of a named target calls itself is no name for the target.
    const auto name = node_at(resource, "metadata.name");
    const auto kind = child(*resource, "kind").value;
    resource = patch_.merged(resource, patch);
    if (!target || !name) continue;
    const std::array<std::string_view, 2> at = {"metadata", "name"};
    resource = patch_.changed(resource, at, [&](const YamlPtr&) { return name; }, true, *name);
    if (kind) resource = patch_.with(resource, "kind", kind, *kind);
  }
  std::erase(resources_, nullptr);
}

}  // namespace crema::scan
