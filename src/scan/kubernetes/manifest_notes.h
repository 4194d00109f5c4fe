// What the first stage of the scan notes of a file for the second: its documents, and what was
// found in each of their resources.
#pragma once

#include "crema/formats/yaml.h"
#include "crema/scan/core/fingerprint.h"
#include "crema/scan/core/source_tree.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

enum class FileKind : std::uint8_t {
  manifest,
  kustomization,
  chart,     // Chart.yaml
  patch,     // a list of operations, as JSON 6902 has it
  template_  // of a manifest: no YAML before something has rendered it
};

struct ManifestNotes {
  FileKind kind = FileKind::manifest;
  std::vector<formats::YamlPtr> documents;
  // Of the resources of the documents, in their order.
  std::vector<std::vector<Found>> found;
  std::optional<NotScanned> not_scanned;  // why there are no documents
  std::string text;  // the file as it is, where it may be a template of a chart
};

std::string encode_notes(const ManifestNotes& notes);
// Empty notes for bytes that encode_notes did not make.
ManifestNotes decode_notes(std::string_view bytes);

}  // namespace crema::scan
