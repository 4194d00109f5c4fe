// The YAML files of infrastructure as their programs read them: several documents in a file, merge
// keys resolved, within bounds whatever the file says.
#pragma once

#include "crema/base/result.h"
#include "crema/formats/yaml.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

// Errors are parse_yaml's, and "yaml/too-large" where aliases stand for more than a million nodes.
// A larger file than 8 MiB is none that people wrote.
Result<std::vector<formats::YamlPtr>> read_yaml_documents(const SourcePtr& source);

// The last line a node stands on, its block of text included.
std::uint32_t last_line_of(const formats::YamlNode& node);

// A tree as bytes, for notes: what decode_tree gives has the same places.
std::string encode_tree(const formats::YamlNode& root);
// Null for bytes that encode_tree did not make.
formats::YamlPtr decode_tree(std::string_view bytes);

}  // namespace crema::scan
