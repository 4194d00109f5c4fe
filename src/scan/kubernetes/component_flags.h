// The flags a container's command and arguments give to the program it runs, as a mapping that
// conditions can ask: `$flags["--anonymous-auth"]: "false"`.
#pragma once

#include "crema/scan/infra/yaml_path.h"

namespace crema::scan {

// `programs` lists the words without dashes, each without its folder: one of them is the program.
// The flags are keys as they are written, dashes included, with the text behind `=` or the next
// word, "true" where neither is there. Each stands where its word stands; the mapping itself where
// `command` (or `args`) is. None without both.
YamlPlace flags_of(const formats::YamlPtr& container);

}  // namespace crema::scan
