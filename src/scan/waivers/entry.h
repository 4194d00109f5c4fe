// What the readers of waiver files share: days, warnings, lists of names in YAML.
#pragma once

#include "crema/formats/yaml.h"
#include "crema/scan/waivers/waiver_files.h"

#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

// The day at the start of a date or a time; "" where there is none.
std::string day_of(std::string_view text);
Diagnostic entry_warning(const SourcePtr& file, std::uint32_t line, std::string message,
                         std::string hint);
// The value of a key of a mapping; null where there is none, or it is no mapping.
const formats::YamlNode* entry_of(const formats::YamlNode& node, std::string_view key);
// A text, or a list of them, with the line of each.
struct NamedLine {
  std::string name;
  std::uint32_t line = 0;
};
std::vector<NamedLine> names_in(const formats::YamlNode* node);

}  // namespace crema::scan
