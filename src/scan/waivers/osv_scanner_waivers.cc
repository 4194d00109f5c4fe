// osv-scanner.toml: [[IgnoredVulns]] and [[PackageOverrides]], for the manifests of its own folder.
#include "entry.h"

#include "crema/formats/toml.h"

namespace crema::scan {
namespace {

using formats::TomlNode;

std::string text_of(const TomlNode& table, std::string_view key) {
  const auto* node = table.find(key);
  return node == nullptr ? "" : node->text;
}

bool is_true(const TomlNode* node) { return node != nullptr && node->boolean; }

bool ignores(const TomlNode& entry) {
  const auto* vulnerability = entry.find("vulnerability");
  return is_true(entry.find("ignore")) ||
         (vulnerability != nullptr && is_true(vulnerability->find("ignore")));
}

// What lies beside the file.
std::string beside(const SourcePtr& file) {
  const auto slash = file->path().rfind('/');
  return slash == std::string::npos ? "/*" : "/" + file->path().substr(0, slash) + "/*";
}

}  // namespace

Result<WaiverList> read_osv_scanner_settings(const SourcePtr& file) {
  const auto root = CREMA_TRY(formats::parse_toml(file));
  WaiverList list;
  const auto entries = [&](std::string_view key) {
    const auto* node = root.find(key);
    return node == nullptr ? std::vector<TomlNode>() : node->items;
  };
  for (const auto& entry : entries("IgnoredVulns")) {
    if (text_of(entry, "id").empty()) {
      list.warnings.push_back(
          entry_warning(file, entry.line, "an entry without `id` covers nothing", "add its `id`"));
      continue;
    }
    list.waivers.push_back({.rules = {text_of(entry, "id")},
                            .family = "dependencies",
                            .paths = {beside(file)},
                            .reason = text_of(entry, "reason"),
                            .until = day_of(text_of(entry, "ignoreUntil")),
                            .place = {file, entry.line, entry.column}});
  }
  for (const auto& entry : entries("PackageOverrides")) {
    if (!ignores(entry)) continue;
    const auto name = text_of(entry, "name");
    const auto version = text_of(entry, "version");
    list.waivers.push_back(
        {.family = "dependencies",
         .paths = {beside(file)},
         .subject = (name.empty() ? "*" : name) + "@" + (version.empty() ? "*" : version),
         .reason = text_of(entry, "reason"),
         .until = day_of(text_of(entry, "effectiveUntil")),
         .place = {file, entry.line, entry.column}});
  }
  return list;
}

}  // namespace crema::scan
