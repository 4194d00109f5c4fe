// Charts of Helm: what `helm template` makes of one, brought back to the lines of its templates.
#pragma once

#include "manifest_notes.h"
#include "tree_patch.h"

#include "crema/base/result.h"
#include "crema/formats/yaml.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

using RenderChart = std::function<Result<std::string>(const std::string& folder)>;

struct ChartDocument {
  formats::YamlPtr root;  // its lines are those of the template, as near as they can be told
  std::string file;       // the template, from the root of the tree
};

// The documents of helm's output; `template_text` gives a template's text by its path, "" where it
// is not known. Errors are those of read_yaml_documents.
Result<std::vector<ChartDocument>> read_chart(
    const std::string& folder, std::string_view output,
    const std::function<std::string_view(const std::string& path)>& template_text);

}  // namespace crema::scan
