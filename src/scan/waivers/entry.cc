#include "entry.h"

#include "crema/base/strings.h"

#include <algorithm>

namespace crema::scan {

std::string day_of(std::string_view text) {
  constexpr std::string_view kForm = "dddd-dd-dd";
  if (text.size() < kForm.size()) return {};
  const bool is_day = std::ranges::equal(
      text.substr(0, kForm.size()), kForm,
      [](char c, char form) { return form == 'd' ? c >= '0' && c <= '9' : c == form; });
  return is_day ? std::string(text.substr(0, kForm.size())) : "";
}

Diagnostic entry_warning(const SourcePtr& file, std::uint32_t line, std::string message,
                         std::string hint) {
  auto warning = make_warning("waiver/entry", std::move(message), Span{file, line, 1});
  warning.hint = std::move(hint);
  return warning;
}

const formats::YamlNode* entry_of(const formats::YamlNode& node, std::string_view key) {
  if (node.kind != formats::YamlKind::mapping) return nullptr;
  const auto found = std::ranges::find_if(
      node.entries, [&](const auto& entry) { return entry.first->text == key; });
  return found == node.entries.end() ? nullptr : found->second.get();
}

std::vector<NamedLine> names_in(const formats::YamlNode* node) {
  std::vector<NamedLine> names;
  if (node == nullptr) return names;
  const auto add = [&](const formats::YamlNode& one) {
    if (one.kind != formats::YamlKind::scalar) return;
    // checkov takes `A,B` too
    for (const auto part : split(one.text, ','))
      if (!trim(part).empty()) names.push_back({std::string(trim(part)), one.line});
  };
  add(*node);
  for (const auto& item : node->items) add(*item);
  return names;
}

}  // namespace crema::scan
