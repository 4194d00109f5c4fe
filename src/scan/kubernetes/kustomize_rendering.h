// One kustomization being rendered.
#pragma once

#include "kustomize.h"

#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

// A path of the tree from one that is relative to a folder of it.
std::string path_below(std::string_view folder, std::string_view relative);

// A file or folder that a kustomization names.
struct KustomizationEntry {
  std::string path;
  std::string_view kind;  // "resources", "components", "patches"
  formats::YamlPtr node;
};
std::vector<KustomizationEntry> entries_of(const formats::YamlNode& kustomization);

class Rendering {
 public:
  Rendering(Kustomize& all, std::string folder);
  // The resources, with those that are there already where it is a component.
  std::vector<formats::YamlPtr> run(std::vector<formats::YamlPtr> resources);

 private:
  using Path = std::vector<std::string_view>;

  Kustomize& all_;
  std::string folder_;
  std::string file_;
  formats::YamlPtr root_;
  TreePatch patch_;
  std::vector<formats::YamlPtr> resources_;

  void load(const std::string& path);
  void add_entry(const KustomizationEntry& entry);
  void generate(std::string_view list, std::string_view kind);
  void apply_patches();
  void apply_patch(const formats::YamlPtr& patch, const formats::YamlPtr& target);
  void apply_patch_text(const formats::YamlPtr& text, const formats::YamlPtr& target);
  void apply_patch_file(std::string_view path, const formats::YamlPtr& target);
  void set_namespace();
  void set_names();
  void set_labels();
  void add_labels(const formats::YamlPtr& pairs, bool selectors, bool templates);
  void set_annotations();
  void set_images();
  void set_replicas();
  void change_all(const Path& path, const TreeChange& change, bool makes,
                  const formats::YamlNode& like);
  formats::YamlPtr with_entries(const formats::YamlPtr& old, const formats::YamlPtr& pairs);
  void skip(std::string_view code, std::string reason);
};

}  // namespace crema::scan
