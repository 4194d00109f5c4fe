#include "tree_patch.h"

#include "crema/base/strings.h"
#include "crema/scan/infra/yaml_path.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace crema::scan {
namespace {

using formats::YamlKind;
using formats::YamlNode;
using formats::YamlPtr;

constexpr std::size_t kDeepest = 500;

// By what the items of a list are told apart; "" where the list is one thing.
std::string_view merge_key(std::string_view list, const YamlPtr& items) {
  struct Key {
    std::string_view list;
    std::string_view key;
  };
  constexpr std::array kKeys = {
      Key{"containers", "name"},
      Key{"initContainers", "name"},
      Key{"ephemeralContainers", "name"},
      Key{"env", "name"},
      Key{"volumes", "name"},
      Key{"volumeMounts", "mountPath"},
      Key{"volumeDevices", "devicePath"},
      Key{"imagePullSecrets", "name"},
      Key{"secrets", "name"},
      Key{"hostAliases", "ip"},
      Key{"topologySpreadConstraints", "topologyKey"},
  };
  if (list == "ports") {
    const bool of_container =
        !items->items.empty() && child(*items->items.front(), "containerPort").value;
    return of_container ? "containerPort" : "port";
  }
  const auto found = std::ranges::find(kKeys, list, &Key::list);
  return found == kKeys.end() ? "" : found->key;
}

bool deletes(const YamlNode& node) {
  const auto directive = child(node, "$patch");
  return directive.value && directive.value->text == "delete";
}

bool replaces(const YamlNode& node) {
  const auto directive = child(node, "$patch");
  return directive.value && directive.value->text == "replace";
}

std::vector<std::string> pointer_of(std::string_view text) {
  std::vector<std::string> parts;
  for (const auto part : split(text, '/'))
    parts.push_back(replace_all(replace_all(std::string(part), "~1", "/"), "~0", "~"));
  if (!parts.empty()) parts.erase(parts.begin());
  return parts;
}

std::size_t index_of(std::string_view text, std::size_t size) {
  if (text == "-") return size;
  std::size_t index = size + 1;
  (void)std::from_chars(text.data(), text.data() + text.size(), index);
  return index;
}

}  // namespace

void NodeOrigins::add_tree(const YamlPtr& root, const std::string& file) {
  kept_.push_back(root);
  add_nodes(*root, file);
}

void NodeOrigins::add_nodes(const YamlNode& node, const std::string& file) {
  // An alias is met again; what is below it is known then.
  if (!files_.emplace(&node, &file).second) return;
  for (const auto& item : node.items) add_nodes(*item, file);
  for (const auto& [key, value] : node.entries) {
    files_.emplace(key.get(), &file);
    add_nodes(*value, file);
  }
}

void NodeOrigins::add(YamlPtr made, const YamlNode& like) {
  if (const auto* file = file_of(like)) files_[made.get()] = file;
  kept_.push_back(std::move(made));
}

const std::string* NodeOrigins::file_of(const YamlNode& node) const {
  const auto found = files_.find(&node);
  return found == files_.end() ? nullptr : found->second;
}

std::shared_ptr<YamlNode> TreePatch::copy(const YamlNode& node) {
  auto made = std::make_shared<YamlNode>(node);
  origins_.add(made, node);
  return made;
}

YamlPtr TreePatch::text(std::string_view value, const YamlNode& like) {
  auto made = std::make_shared<YamlNode>();
  made->text = value;
  made->line = like.line;
  made->column = like.column;
  made->end_column = like.end_column;
  origins_.add(made, like);
  return made;
}

YamlPtr TreePatch::with(const YamlPtr& mapping, std::string_view key, const YamlPtr& value,
                        const YamlNode& like) {
  auto made = copy(*mapping);
  const auto old = std::ranges::find_if(
      made->entries, [&](const auto& entry) { return entry.first->text == key; });
  if (old == made->entries.end()) {
    if (value) made->entries.emplace_back(text(key, like), value);
  } else if (value) {
    // What a patch wrote stands where the patch wrote it.
    if (value->kind == YamlKind::scalar &&
        (value->line != old->second->line ||
         origins_.file_of(*value) != origins_.file_of(*old->second)))
      old->first = text(key, like);
    old->second = value;
  } else {
    made->entries.erase(old);
  }
  return made;
}

YamlPtr TreePatch::changed(const YamlPtr& root, std::span<const std::string_view> path,
                           const TreeChange& change, bool makes, const YamlNode& like) {
  if (path.empty()) return change(root);
  if (path.front() == "*") {
    if (!root || root->kind != YamlKind::sequence) return root;
    auto made = copy(*root);
    for (auto& item : made->items) item = changed(item, path.subspan(1), change, makes, like);
    return made;
  }
  if (!root || root->kind != YamlKind::mapping) {
    if (!makes || (root && !is_null(*root))) return root;
    auto made = std::make_shared<YamlNode>();
    made->kind = YamlKind::mapping;
    made->line = like.line;
    made->column = like.column;
    origins_.add(made, like);
    return changed(made, path, change, makes, like);
  }
  const auto old = child(*root, path.front()).value;
  if (!old && !makes) return root;
  const auto value = changed(old, path.subspan(1), change, makes, like);
  return value == old ? root : with(root, path.front(), value, like);
}

YamlPtr TreePatch::merged_list(const YamlPtr& base, const YamlPtr& patch, std::string_view key,
                               std::size_t depth) {
  const auto by = merge_key(key, patch);
  if (by.empty()) return patch;
  auto made = copy(*base);
  for (const auto& item : patch->items) {
    const auto name = text_at(item, by);
    const auto old = std::ranges::find_if(
        made->items, [&](const auto& one) { return !name.empty() && text_at(one, by) == name; });
    if (deletes(*item)) {
      if (old != made->items.end()) made->items.erase(old);
    } else if (old == made->items.end()) {
      if (!child(*item, "$patch").value) made->items.push_back(item);
    } else {
      *old = merged(*old, item, {}, depth + 1);
    }
  }
  return made;
}

YamlPtr TreePatch::merged(const YamlPtr& base, const YamlPtr& patch, std::string_view key,
                          std::size_t depth) {
  if (!base || base->kind != patch->kind || depth > kDeepest) return patch;
  if (patch->kind == YamlKind::scalar) return patch;
  if (patch->kind == YamlKind::sequence) return merged_list(base, patch, key, depth);
  if (replaces(*patch)) return patch;
  YamlPtr made = base;
  for (const auto& [name, value] : patch->entries) {
    if (name->text.starts_with('$')) continue;
    if (is_null(*value) || (value->kind == YamlKind::mapping && deletes(*value))) {
      made = with(made, name->text, nullptr, *name);
      continue;
    }
    const auto old = child(*made, name->text).value;
    made = with(made, name->text, merged(old, value, name->text, depth + 1), *name);
  }
  return made;
}

YamlPtr TreePatch::at_pointer(const YamlPtr& node, std::span<const std::string> pointer,
                              std::string_view operation, const YamlPtr& value,
                              const YamlNode& like) {
  if (pointer.empty()) return operation == "remove" ? nullptr : value;
  if (!node) return node;
  const auto& name = pointer.front();
  const bool last = pointer.size() == 1;
  if (node->kind == YamlKind::sequence) {
    const auto index = index_of(name, node->items.size());
    if (index > node->items.size() ||
        (index == node->items.size() && (!last || operation != "add")))
      return node;
    auto made = copy(*node);
    const auto at = made->items.begin() + static_cast<std::ptrdiff_t>(index);
    if (last && operation == "add") {
      made->items.insert(at, value);
    } else if (last && operation == "remove") {
      made->items.erase(at);
    } else {
      *at = at_pointer(*at, pointer.subspan(1), operation, value, like);
    }
    return made;
  }
  if (node->kind != YamlKind::mapping) return node;
  const auto old = child(*node, name).value;
  if (!last && !old) return node;
  return with(node, name,
              last ? (operation == "remove" ? nullptr : value)
                   : at_pointer(old, pointer.subspan(1), operation, value, like),
              like);
}

YamlPtr TreePatch::with_operations(const YamlPtr& root, const YamlNode& operations) {
  YamlPtr made = root;
  for (const auto& one : operations.items) {
    const auto operation = text_at(one, "op");
    const auto path = text_at(one, "path");
    const auto value = child(*one, "value");
    if (operation != "add" && operation != "replace" && operation != "remove") continue;
    if (operation != "remove" && !value.value) continue;
    const auto pointer = pointer_of(path);
    if (pointer.empty()) continue;
    made = at_pointer(made, pointer, operation, value.value, value.key ? *value.key : *one);
  }
  return made;
}

}  // namespace crema::scan
