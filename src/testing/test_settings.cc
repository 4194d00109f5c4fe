#include "crema/testing/test_settings.h"

#include "crema/formats/yaml.h"

#include <fmt/format.h>

namespace crema::testing {
namespace {

using formats::YamlKind;
using formats::YamlNode;

Diagnostic wrong(const SourcePtr& source, const YamlNode& node, std::string message,
                 std::string hint = {}) {
  auto error = make_error("test/settings", std::move(message),
                          {source, node.line, node.column, node.end_column});
  error.hint = std::move(hint);
  return error;
}

Result<std::string> text_of(const SourcePtr& source, const YamlNode& node) {
  if (node.kind == YamlKind::scalar) return node.text;
  return fail(wrong(source, node, "a text is expected"));
}

Result<PartSettings> read_part(const SourcePtr& source, const YamlNode& node) {
  if (node.kind != YamlKind::mapping) return fail(wrong(source, node, "a mapping is expected"));
  PartSettings part;
  for (const auto& [key, value] : node.entries) {
    if (key->text == "compose") {
      part.compose = CREMA_TRY(text_of(source, *value));
    } else if (key->text == "base_url") {
      part.base_url = CREMA_TRY(text_of(source, *value));
    } else if (key->text == "environment") {
      if (value->kind != YamlKind::mapping)
        return fail(wrong(source, *value, "a mapping of names and values is expected"));
      for (const auto& [name, text] : value->entries)
        part.environment.emplace_back(name->text, CREMA_TRY(text_of(source, *text)));
    } else {
      return fail(wrong(source, *key, fmt::format("unknown key '{}'", key->text),
                        "there are compose, base_url and environment"));
    }
  }
  return part;
}

}  // namespace

Result<TestSettings> read_test_settings(const SourcePtr& source) {
  const auto root = CREMA_TRY(formats::parse_yaml(source));
  TestSettings settings;
  if (root->kind != YamlKind::mapping) return settings;
  for (const auto& [section, content] : root->entries) {
    if (section->text != "test") continue;
    if (content->kind != YamlKind::mapping)
      return fail(wrong(source, *content, "a mapping is expected"));
    for (const auto& [part, value] : content->entries) {
      if (part->text == "integration") {
        settings.integration = CREMA_TRY(read_part(source, *value));
      } else if (part->text == "e2e") {
        settings.e2e = CREMA_TRY(read_part(source, *value));
      } else {
        return fail(wrong(source, *part, fmt::format("unknown key '{}'", part->text),
                          "there are integration and e2e"));
      }
    }
  }
  return settings;
}

}  // namespace crema::testing
