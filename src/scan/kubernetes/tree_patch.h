// Changes to trees of YAML as kustomize makes them. Trees are shared and never changed: what is
// changed is made anew, and what is not is the same node as before, with its place and its file.
#pragma once

#include "crema/formats/yaml.h"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace crema::scan {

// Which file each node of some trees comes from.
class NodeOrigins {
 public:
  // All nodes of a tree. `file` must outlive this.
  void add_tree(const formats::YamlPtr& root, const std::string& file);
  void add(formats::YamlPtr made, const formats::YamlNode& like);
  // Null for a node nobody has added.
  const std::string* file_of(const formats::YamlNode& node) const;

 private:
  std::unordered_map<const formats::YamlNode*, const std::string*> files_;
  // Kept, so that no other node comes to stand where one of them stood.
  std::vector<formats::YamlPtr> kept_;

  void add_nodes(const formats::YamlNode& node, const std::string& file);
};

// One place in a tree to be changed: `change` gets what is there, null for nothing, and gives what
// is to be there, null for nothing.
using TreeChange = std::function<formats::YamlPtr(const formats::YamlPtr& old)>;

class TreePatch {
 public:
  explicit TreePatch(NodeOrigins& origins) : origins_(origins) {}

  // With `value` under `key`; without the key where it is null. The key is `like`'s in place and
  // file where it is new.
  formats::YamlPtr with(const formats::YamlPtr& mapping, std::string_view key,
                        const formats::YamlPtr& value, const formats::YamlNode& like);
  // With the change made at a path of keys; "*" goes into each item of a list. Mappings that are
  // missing on the way are made where `makes` says so.
  formats::YamlPtr changed(const formats::YamlPtr& root, std::span<const std::string_view> path,
                           const TreeChange& change, bool makes, const formats::YamlNode& like);
  formats::YamlPtr text(std::string_view value, const formats::YamlNode& like);

  // As `kubectl patch --type=strategic` merges it: mappings key by key, lists of things with names
  // by their names, other lists as a whole; null and `$patch: delete` take away.
  formats::YamlPtr merged(const formats::YamlPtr& base, const formats::YamlPtr& patch,
                          std::string_view key = {}, std::size_t depth = 0);
  // A list of operations of RFC 6902: add, replace, remove. One whose place is not there does
  // nothing.
  formats::YamlPtr with_operations(const formats::YamlPtr& root,
                                   const formats::YamlNode& operations);

 private:
  NodeOrigins& origins_;

  std::shared_ptr<formats::YamlNode> copy(const formats::YamlNode& node);
  formats::YamlPtr merged_list(const formats::YamlPtr& base, const formats::YamlPtr& patch,
                               std::string_view key, std::size_t depth);
  formats::YamlPtr at_pointer(const formats::YamlPtr& node, std::span<const std::string> pointer,
                              std::string_view operation, const formats::YamlPtr& value,
                              const formats::YamlNode& like);
};

}  // namespace crema::scan
