// .kube-linter.yaml: `checks: exclude`, `checks: ignorePaths`.
#include "entry.h"

namespace crema::scan {

Result<WaiverList> read_kube_linter_settings(const SourcePtr& file) {
  const auto root = CREMA_TRY(formats::parse_yaml(file));
  WaiverList list;
  const auto* checks = entry_of(*root, "checks");
  if (checks == nullptr) return list;
  for (const auto& [name, line] : names_in(entry_of(*checks, "exclude")))
    list.waivers.push_back({.rules = {name}, .family = "infrastructure", .place = {file, line, 1}});
  for (auto& [path, line] : names_in(entry_of(*checks, "ignorePaths"))) {
    list.waivers.push_back({.family = "infrastructure",
                            .paths = {path.starts_with('/') ? path : "/" + path},
                            .place = {file, line, 1}});
  }
  return list;
}

}  // namespace crema::scan
