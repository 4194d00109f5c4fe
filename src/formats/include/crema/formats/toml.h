// TOML 1.0 as a tree of nodes that know where they stand.
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crema::formats {

enum class TomlKind : std::uint8_t { text, integer, number, boolean, time, array, table };

struct TomlEntry;

struct TomlNode {
  TomlKind kind = TomlKind::table;
  std::string text;  // of a text; a date or a time as the standard writes it
  std::int64_t integer = 0;
  double number = 0;
  bool boolean = false;
  std::uint32_t line = 0, column = 0;  // from 1
  std::vector<TomlNode> items;         // array
  std::vector<TomlEntry> entries;      // table, in the order of its keys

  // Null where the table has none.
  const TomlNode* find(std::string_view key) const;
};

struct TomlEntry {
  std::string key;
  TomlNode value;
};

// The table a file is. Errors have code "toml/syntax" and a place; more than a megabyte is
// "toml/too-large".
Result<TomlNode> parse_toml(const SourcePtr& source);

}  // namespace crema::formats
