// The services of a compose file, ready to be judged.
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"
#include "crema/formats/yaml.h"
#include "crema/scan/infra/yaml_path.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

struct ComposeService {
  YamlPlace place;  // its name and what is said of it, extended and with defaults
  // Whether it says what it runs. One that does not changes a service of another file, which may
  // say what is missing here.
  bool is_whole = false;
};

struct ComposeFile {
  formats::YamlPtr root;
  std::vector<ComposeService> services;
};

// The tree of another compose file, by its path in the tree of files; null where there is none.
using OtherFile = std::function<formats::YamlPtr(const std::string& path)>;

// `path` is that of the file, for what `extends` names beside it. A root without services has none.
ComposeFile read_compose_file(const std::string& path, const formats::YamlPtr& root,
                              const OtherFile& other);
// Whether a service extends one of another file.
bool extends_other_file(const formats::YamlNode& root);

// The tree with ${NAME:-default} and ${NAME-default} replaced by their defaults, and $$ by $. Other
// variables stay as they are written.
formats::YamlPtr with_defaults(const formats::YamlPtr& node);

}  // namespace crema::scan
