// .hadolint.yaml: `ignored`, and overrides to `ignore`.
#include "entry.h"

namespace crema::scan {

Result<WaiverList> read_hadolint_settings(const SourcePtr& file) {
  const auto root = CREMA_TRY(formats::parse_yaml(file));
  WaiverList list;
  const auto* override = entry_of(*root, "override");
  for (const auto* names :
       {entry_of(*root, "ignored"), override == nullptr ? nullptr : entry_of(*override, "ignore")})
    for (const auto& [name, line] : names_in(names))
      list.waivers.push_back(
          {.rules = {name}, .family = "infrastructure", .place = {file, line, 1}});
  return list;
}

}  // namespace crema::scan
