#include "crema/formats/toml.h"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_WINDOWS_COMPAT 0
#include <toml++/impl/preprocessor.h>
// The parser asserts that a header begins with a key, and then says itself where it does not: `[{`
// must be an error, neither the end of the program nor what a compiler may take for impossible.
#undef TOML_ASSERT_ASSUME
#define TOML_ASSERT_ASSUME(expr) static_cast<void>(0)
#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

namespace crema::formats {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20U;

template <typename Value>
std::string written(const Value& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

// The library's own limit of nesting, 256, is that of this recursion too.
TomlNode node_of(const toml::node& from) {
  TomlNode node;
  node.line = from.source().begin.line;
  node.column = from.source().begin.column;
  from.visit([&](const auto& value) {
    using Value = std::decay_t<decltype(value)>;
    if constexpr (std::is_same_v<Value, toml::table>) {
      node.kind = TomlKind::table;
      for (const auto& [key, child] : value)
        node.entries.push_back({std::string(key.str()), node_of(child)});
    } else if constexpr (std::is_same_v<Value, toml::array>) {
      node.kind = TomlKind::array;
      for (const auto& child : value) node.items.push_back(node_of(child));
    } else if constexpr (toml::is_string<Value>) {
      node.kind = TomlKind::text;
      node.text = *value;
    } else if constexpr (toml::is_integer<Value>) {
      node.kind = TomlKind::integer;
      node.integer = *value;
    } else if constexpr (toml::is_floating_point<Value>) {
      node.kind = TomlKind::number;
      node.number = *value;
    } else if constexpr (toml::is_boolean<Value>) {
      node.kind = TomlKind::boolean;
      node.boolean = *value;
    } else {
      node.kind = TomlKind::time;
      node.text = written(*value);
    }
  });
  return node;
}

}  // namespace

const TomlNode* TomlNode::find(std::string_view key) const {
  const auto found = std::ranges::find(entries, key, &TomlEntry::key);
  return found == entries.end() ? nullptr : &found->value;
}

Result<TomlNode> parse_toml(const SourcePtr& source) {
  const auto text = source->text();
  if (text.size() > kMostBytes)
    return fail(make_error("toml/too-large", source->path() + " has more than a megabyte",
                           Span{source, 1, 1}));
  const auto parsed = toml::parse(text);
  if (!parsed) {
    const auto& error = parsed.error();
    return fail(make_error("toml/syntax", std::string(error.description()),
                           Span{source, error.source().begin.line, error.source().begin.column}));
  }
  return node_of(parsed.table());
}

}  // namespace crema::formats
