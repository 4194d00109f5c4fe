#include "compose_file.h"

#include "crema/base/strings.h"
#include "crema/scan/infra/yaml_document.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace crema::scan {
namespace {

using formats::YamlKind;
using formats::YamlNode;
using formats::YamlPtr;

constexpr int kMostExtensions = 16;
constexpr int kDeepestDefault = 8;

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Where the bracket is that closes the one before `text`; npos where none does.
std::size_t closing_bracket(std::string_view text) {
  int depth = 1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{') ++depth;
    if (text[i] == '}' && --depth == 0) return i;
  }
  return std::string_view::npos;
}

std::string with_defaults(std::string_view text, int depth) {
  std::string out;
  for (auto dollar = text.find('$'); dollar != std::string_view::npos; dollar = text.find('$')) {
    out += text.substr(0, dollar);
    text.remove_prefix(dollar);
    if (text.starts_with("$$")) {
      out += '$';
      text.remove_prefix(2);
      continue;
    }
    const auto end =
        text.starts_with("${") ? closing_bracket(text.substr(2)) : std::string_view::npos;
    if (text.starts_with("${") && end == std::string_view::npos)
      break;  // what follows is its inside
    if (end == std::string_view::npos) {
      out += '$';
      text.remove_prefix(1);
      continue;
    }
    const auto inner = text.substr(2, end);
    auto rest = inner.substr(
        static_cast<std::size_t>(std::ranges::find_if_not(inner, is_name) - inner.begin()));
    if (rest.starts_with(':')) rest.remove_prefix(1);
    if (rest.starts_with('-') && depth < kDeepestDefault) {
      out += with_defaults(rest.substr(1), depth + 1);
    } else {
      out += text.substr(0, end + 3);
    }
    text.remove_prefix(end + 3);
  }
  return out += text;
}

class Defaults {
 public:
  YamlPtr of(const YamlPtr& node) {
    if (node->kind == YamlKind::scalar) {
      if (node->text.find('$') == std::string::npos) return node;
      auto made = std::make_shared<YamlNode>(*node);
      made->text = with_defaults(node->text, 0);
      return made;
    }
    if (const auto known = done_.find(node.get()); known != done_.end()) return known->second;
    auto made = std::make_shared<YamlNode>(*node);
    for (auto& item : made->items) item = of(item);
    for (auto& [key, value] : made->entries) value = of(value);
    done_[node.get()] = made;
    return made;
  }

 private:
  std::unordered_map<const YamlNode*, YamlPtr> done_;
};

// What a service has with what it extends: mappings are merged, lists appended, the rest replaced.
YamlPtr merged(const YamlPtr& base, const YamlPtr& own, int depth = 0) {
  if (base->kind != own->kind || own->kind == YamlKind::scalar || depth > kMostExtensions)
    return own;
  auto made = std::make_shared<YamlNode>(*own);
  if (own->kind == YamlKind::sequence) {
    made->items.insert(made->items.begin(), base->items.begin(), base->items.end());
    return made;
  }
  std::unordered_map<std::string_view, YamlPtr> inherited;
  std::unordered_set<std::string_view> replaced;
  for (const auto& [key, value] : base->entries) inherited[key->text] = value;
  for (const auto& [key, value] : own->entries) replaced.insert(key->text);
  std::vector<std::pair<YamlPtr, YamlPtr>> entries;
  for (const auto& entry : base->entries)
    if (entry.first->text != "extends" && !replaced.contains(entry.first->text))
      entries.push_back(entry);
  for (const auto& [key, value] : own->entries) {
    const auto found = inherited.find(key->text);
    entries.emplace_back(
        key, found == inherited.end() ? value : merged(found->second, value, depth + 1));
  }
  made->entries = std::move(entries);
  return made;
}

std::string beside(const std::string& path, std::string_view other) {
  const auto folder = std::filesystem::path(path).parent_path();
  return (folder / other).lexically_normal().generic_string();
}

// Puts all of a tree at one place: what comes of another file has no lines in this one. Each of
// many services could extend one large one, so that there is an end to it.
class Placement {
 public:
  // Null where it became too much.
  YamlPtr at(const YamlPtr& node, const YamlNode& place) {
    if (left_ == 0) return nullptr;
    --left_;
    auto made = std::make_shared<YamlNode>(*node);
    made->line = place.line;
    made->column = place.column;
    made->end_column = place.end_column;
    for (auto& item : made->items)
      if (item = at(item, place); !item) return nullptr;
    for (auto& [key, value] : made->entries) {
      key = at(key, place);
      value = at(value, place);
      if (!key || !value) return nullptr;
    }
    return made;
  }

 private:
  std::size_t left_ = 200'000;
};

class Extension {
 public:
  explicit Extension(const OtherFile& other) : other_(other) {}

  YamlPtr of(const std::string& path, const YamlPtr& root, const YamlPtr& service, int depth) {
    const auto extends = child(*service, "extends");
    if (!extends.value || depth > kMostExtensions) return service;
    const auto file = text_at(extends.value, "file");
    const auto name = extends.value->kind == YamlKind::scalar
                          ? std::string_view(extends.value->text)
                          : text_at(extends.value, "service");
    const auto base_path = file.empty() ? path : beside(path, file);
    const auto base_root = file.empty() ? root : other_(base_path);
    if (!base_root) return service;
    const auto services = child(*base_root, "services").value;
    auto base = services ? child(*services, name).value : nullptr;
    if (!base || base->kind != YamlKind::mapping) return service;
    base = of(base_path, base_root, base, depth + 1);
    if (!file.empty()) base = placement_.at(base, *extends.key);
    return base ? merged(base, service) : service;
  }

 private:
  const OtherFile& other_;
  Placement placement_;
};

}  // namespace

YamlPtr with_defaults(const YamlPtr& node) { return Defaults().of(node); }

bool extends_other_file(const YamlNode& root) {
  const auto services = child(root, "services").value;
  return services && std::ranges::any_of(services->entries, [](const auto& entry) {
           return node_at(entry.second, "extends.file") != nullptr;
         });
}

ComposeFile read_compose_file(const std::string& path, const YamlPtr& root,
                              const OtherFile& other) {
  ComposeFile file{.root = with_defaults(root)};
  const auto services = child(*file.root, "services").value;
  if (!services || services->kind != YamlKind::mapping) return file;
  std::unordered_map<std::string, YamlPtr> read;
  const OtherFile once = [&](const std::string& name) -> YamlPtr {
    const auto [place, fresh] = read.try_emplace(name);
    if (fresh)
      if (const auto found = other(name)) place->second = with_defaults(found);
    return place->second;
  };
  Extension extension(once);
  for (const auto& [name, value] : services->entries) {
    if (value->kind != YamlKind::mapping) continue;
    ComposeService service{.place = {name, extension.of(path, file.root, value, 0)}};
    service.is_whole =
        child(*service.place.value, "image").value || child(*service.place.value, "build").value;
    file.services.push_back(std::move(service));
  }
  return file;
}

}  // namespace crema::scan
