#include "annotations.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace crema::scan {
namespace {

bool is_called(const evidence::Finding& finding, std::string_view name) {
  return equals_ignore_case(finding.rule, name) ||
         std::ranges::any_of(finding.aliases,
                             [&](const auto& alias) { return equals_ignore_case(alias, name); });
}

// The reason, where an annotation is about the finding.
std::optional<std::string> reason_of(std::string_view key, std::string_view value,
                                     const evidence::Finding& finding) {
  constexpr std::array<std::string_view, 2> kSkip = {"checkov.io/skip", "bridgecrew.io/skip"};
  constexpr std::string_view kIgnore = "ignore-check.kube-linter.io/";
  if (std::ranges::any_of(kSkip, [&](auto prefix) { return key.starts_with(prefix); })) {
    const auto equal = std::min(value.find('='), value.size());
    if (!is_called(finding, trim(value.substr(0, equal)))) return std::nullopt;
    return std::string(trim(value.substr(std::min(equal + 1, value.size()))));
  }
  if (key == "kube-linter.io/ignore-all") return std::string(value);
  if (key.starts_with(kIgnore) && is_called(finding, key.substr(kIgnore.size())))
    return std::string(value);
  return std::nullopt;
}

}  // namespace

void heed_annotations(const KubeResource& resource, Found& found) {
  for (const auto& [key, value] : labels_of(node_at(resource.root, "metadata.annotations"))) {
    const auto reason = reason_of(key, value, found.finding);
    if (!reason) continue;
    found.finding.state = evidence::FindingState::suppressed;
    found.finding.suppressions.push_back(
        {.by = fmt::format("annotation {} of {}", key, resource.address()), .reason = *reason});
  }
}

}  // namespace crema::scan
