// What .hadolint.yaml says beyond which rules are left out.
#include "label_kind.h"

#include "crema/formats/yaml.h"
#include "crema/scan/dockerfile/dockerfile_scanner.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace crema::scan {
namespace {

using formats::YamlKind;
using formats::YamlNode;

auto wrong(const SourcePtr& file, const YamlNode& node, std::string message, std::string hint) {
  auto error =
      make_error("dockerfile/settings", std::move(message), Span{file, node.line, node.column});
  error.hint = std::move(hint);
  return fail(std::move(error));
}

Result<> read_registries(const SourcePtr& file, const YamlNode& node,
                         DockerfileSettings& settings) {
  if (node.kind == YamlKind::mapping)
    return wrong(file, node, "`trustedRegistries` must be a list", "write `- docker.io`");
  for (const auto& item : node.items)
    if (item->kind == YamlKind::scalar) settings.trusted_registries.push_back(item->text);
  return {};
}

Result<> read_labels(const SourcePtr& file, const YamlNode& node, DockerfileSettings& settings) {
  for (const auto& [key, value] : node.entries) {
    const auto kind = label_kind_of(value->text);
    if (!kind)
      return wrong(file, *value, fmt::format("`{}` is no kind of label", value->text),
                   "write text, url, rfc3339, spdx, hash, semver or email");
    settings.labels[key->text] = *kind;
  }
  return {};
}

void read_overrides(const YamlNode& node, DockerfileSettings& settings) {
  using evidence::FindingSeverity;
  constexpr std::pair<std::string_view, FindingSeverity> kLevels[] = {
      {"error", FindingSeverity::high},
      {"warning", FindingSeverity::medium},
      {"info", FindingSeverity::low},
      {"style", FindingSeverity::note}};
  for (const auto& [level, severity] : kLevels)
    for (const auto& [key, rules] : node.entries)
      if (key->text == level)
        for (const auto& rule : rules->items) settings.severities[rule->text] = severity;
}

}  // namespace

Result<> read_hadolint_settings(const SourcePtr& file, DockerfileSettings& settings) {
  const auto root = CREMA_TRY(formats::parse_yaml(file));
  for (const auto& [key, value] : root->entries) {
    if (key->text == "trustedRegistries") CREMA_TRY(read_registries(file, *value, settings));
    if (key->text == "label-schema") CREMA_TRY(read_labels(file, *value, settings));
    if (key->text == "override") read_overrides(*value, settings);
    if (key->text == "strict-labels") settings.strict_labels = value->text == "true";
  }
  return {};
}

}  // namespace crema::scan
