#include "crema/scan/infra/yaml_document.h"

#include "crema/scan/core/answer_codec.h"
#include "crema/scan/infra/yaml_path.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace crema::scan {
namespace {

using formats::YamlKind;
using formats::YamlNode;
using formats::YamlPtr;

constexpr formats::YamlLimits kLimits{
    .bytes = std::size_t{8} << 20U, .events = 600'000, .depth = 200};
constexpr std::size_t kMostNodes = 1'000'000;
constexpr std::string_view kMergeKey = "<<";

// How many nodes there are when each alias is written out.
class Expansion {
 public:
  std::size_t size_of(const YamlNode& node) {
    if (const auto known = sizes_.find(&node); known != sizes_.end()) return known->second;
    std::size_t size = 1;
    for (const auto& item : node.items) size = add(size, size_of(*item));
    for (const auto& [key, value] : node.entries)
      size = add(size, add(size_of(*key), size_of(*value)));
    if (node.kind != YamlKind::scalar) sizes_[&node] = size;
    return size;
  }

 private:
  std::unordered_map<const YamlNode*, std::size_t> sizes_;
  static std::size_t add(std::size_t a, std::size_t b) { return std::min(a + b, kMostNodes + 1); }
};

class MergeKeys {
 public:
  YamlPtr resolve(const YamlPtr& node) {
    if (node->kind == YamlKind::scalar) return node;
    if (const auto known = done_.find(node.get()); known != done_.end()) return known->second;
    auto made = std::make_shared<YamlNode>(*node);
    for (auto& item : made->items) item = resolve(item);
    std::vector<std::pair<YamlPtr, YamlPtr>> merged;
    std::vector<std::pair<YamlPtr, YamlPtr>> own;
    for (const auto& [key, value] : node->entries) {
      const auto resolved = resolve(value);
      if (key->text == kMergeKey && key->style == formats::YamlStyle::plain)
        merge(*resolved, merged);
      else
        own.emplace_back(key, resolved);
    }
    // Of keys that are there twice the last one holds: so what is merged comes first.
    made->entries = std::move(merged);
    std::ranges::move(own, std::back_inserter(made->entries));
    done_[node.get()] = made;
    return made;
  }

 private:
  std::unordered_map<const YamlNode*, YamlPtr> done_;

  static void merge(const YamlNode& from, std::vector<std::pair<YamlPtr, YamlPtr>>& to) {
    // The first of several mappings is the strongest.
    for (auto item = from.items.rbegin(); item != from.items.rend(); ++item)
      to.insert(to.end(), (*item)->entries.begin(), (*item)->entries.end());
    to.insert(to.end(), from.entries.begin(), from.entries.end());
  }
};

void encode(const YamlNode& node, ByteWriter& to) {
  to.number(static_cast<std::uint64_t>(node.kind) * 8 + static_cast<std::uint64_t>(node.style));
  to.number(node.line);
  to.number(node.column);
  to.number(node.end_column);
  switch (node.kind) {
    case YamlKind::scalar:
      to.text(node.text);
      break;
    case YamlKind::sequence:
      to.number(node.items.size());
      for (const auto& item : node.items) encode(*item, to);
      break;
    case YamlKind::mapping:
      to.number(node.entries.size());
      for (const auto& [key, value] : node.entries) {
        encode(*key, to);
        encode(*value, to);
      }
      break;
  }
}

YamlPtr decode(ByteReader& from, std::size_t depth) {
  auto node = std::make_shared<YamlNode>();
  const auto kind = from.number();
  if (!from.well() || depth > kLimits.depth * 2 || kind / 8 > 2 || kind % 8 > 4) return nullptr;
  node->kind = static_cast<YamlKind>(kind / 8);
  node->style = static_cast<formats::YamlStyle>(kind % 8);
  for (auto* number : {&node->line, &node->column, &node->end_column})
    *number = static_cast<std::uint32_t>(from.number());
  if (node->kind == YamlKind::scalar) {
    node->text = from.text();
    return node;
  }
  const auto count = from.count();
  for (std::size_t i = 0; i < count; ++i) {
    auto first = decode(from, depth + 1);
    if (!first) return nullptr;
    if (node->kind == YamlKind::sequence) {
      node->items.push_back(std::move(first));
      continue;
    }
    auto value = decode(from, depth + 1);
    if (!value) return nullptr;
    node->entries.emplace_back(std::move(first), std::move(value));
  }
  return node;
}

}  // namespace

Result<std::vector<YamlPtr>> read_yaml_documents(const SourcePtr& source) {
  auto documents = CREMA_TRY(formats::parse_yaml_documents(source, kLimits));
  const bool merges = source->text().find(kMergeKey) != std::string_view::npos;
  for (auto& document : documents) {
    if (merges) document = MergeKeys().resolve(document);
    if (Expansion().size_of(*document) > kMostNodes)
      return fail("yaml/too-large", "its aliases stand for more than a million nodes",
                  Span{source, document->line, document->column});
  }
  return documents;
}

std::uint32_t last_line_of(const YamlNode& node) {
  std::uint32_t last = node.line;
  const auto* at = &node;
  for (;;) {
    last = std::max(last, at->line);
    if (!at->entries.empty()) {
      last = std::max(last, at->entries.back().first->line);
      at = at->entries.back().second.get();
    } else if (!at->items.empty()) {
      at = at->items.back().get();
    } else {
      break;
    }
  }
  if (at->style == formats::YamlStyle::literal || at->style == formats::YamlStyle::folded)
    last += static_cast<std::uint32_t>(std::ranges::count(at->text, '\n'));
  return last;
}

std::string encode_tree(const YamlNode& root) {
  ByteWriter to;
  encode(root, to);
  return to.take();
}

YamlPtr decode_tree(std::string_view bytes) {
  ByteReader from(bytes);
  auto root = decode(from, 0);
  return from.well() && from.at_end() ? root : nullptr;
}

}  // namespace crema::scan
