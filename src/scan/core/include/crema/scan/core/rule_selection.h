// Which rules a scan runs, as its caller asked for: by ids, by the peers' ids, by frameworks.
#pragma once

#include "crema/scan/core/rule.h"

#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

// Names are ids or aliases in any case; a star at the end stands for any rest: "CKV_DOCKER_*".
struct RuleSelection {
  std::vector<std::string> only;        // empty: all that are on by default
  std::vector<std::string> skipped;     // stronger than `only`
  std::vector<std::string> frameworks;  // "kubernetes", "dockerfile"; empty: all

  // A rule that is off by default is on where `only` names it, by its id or an alias, with or
  // without a star.
  bool takes(const Rule& rule) const;
  bool takes_framework(std::string_view framework) const;
  // The names in `only` and `skipped` that are none of these rules: a typing error, most likely.
  std::vector<std::string> unknown(const std::vector<const Rule*>& rules) const;
};

}  // namespace crema::scan
