// Upgrades written into a go.mod: only versions change, comments and layout stay.
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"

#include <span>
#include <string>
#include <vector>

namespace crema::scan {

struct GoModEdit {
  std::string module;       // as go.mod requires it; "stdlib" is the toolchain
  std::string replacement;  // where it is replaced, the path that it is replaced by; else ""
  std::string version;      // "v1.2.3"; of the toolchain "1.24.4"
};

struct EditedGoMod {
  std::string text;
  std::vector<std::string> changes;  // "golang.org/x/net v0.10.0 -> v0.56.0", for people
};

// What is at that version or above stays. A module that is not named, as older go.mod files do not
// name all, is added as an indirect requirement. Errors are parse_go_mod's.
Result<EditedGoMod> edit_go_mod(const SourcePtr& file, std::span<const GoModEdit> edits);

}  // namespace crema::scan
