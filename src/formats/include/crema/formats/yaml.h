// YAML 1.2 as a tree of nodes that know where they stand. Anchors and aliases are resolved, merge
// keys are not (GitHub has none), scalars keep their style and tag so that each reader can apply
// its own schema.
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace crema::formats {

enum class YamlKind : std::uint8_t { scalar, sequence, mapping };
enum class YamlStyle : std::uint8_t { plain, single_quoted, double_quoted, literal, folded };

struct YamlNode;
// Shared, because an alias is the node its anchor names: a document of a few lines can stand for
// millions of nodes, and only whoever walks it pays for that.
using YamlPtr = std::shared_ptr<const YamlNode>;

struct YamlNode {
  YamlKind kind = YamlKind::scalar;
  YamlStyle style = YamlStyle::plain;
  std::string tag;                                     // "tag:yaml.org,2002:str"; "" without one
  std::string text;                                    // scalar
  std::uint32_t line = 0, column = 0, end_column = 0;  // from 1; end_column 0: ends elsewhere
  std::vector<YamlPtr> items;                          // sequence
  std::vector<std::pair<YamlPtr, YamlPtr>> entries;    // mapping; duplicate keys are kept
};

// Limits against hostile input; what goes beyond fails with "yaml/too-large".
struct YamlLimits {
  std::size_t bytes = 1 << 20;
  std::size_t events = 1'000'000;
  std::size_t depth = 1000;
  bool anchors = true;             // false: an anchor is an error
  std::size_t documents = 10'000;  // of parse_yaml_documents
};

// The one document of a file. Errors have code "yaml/syntax" and a place. An empty file is a plain
// empty scalar, as YAML has it.
Result<YamlPtr> parse_yaml(const SourcePtr& source, const YamlLimits& limits = {});

// The documents of a file, in their order; none for an empty one. One that is empty between two
// separators is a plain empty scalar. Anchors are of their document alone. Errors as parse_yaml's:
// the first one ends it all.
Result<std::vector<YamlPtr>> parse_yaml_documents(const SourcePtr& source,
                                                  const YamlLimits& limits = {});

}  // namespace crema::formats
