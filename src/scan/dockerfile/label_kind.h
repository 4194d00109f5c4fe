// What the value of a label may look like.
#pragma once

#include "crema/scan/dockerfile/dockerfile_scanner.h"

#include <optional>
#include <string_view>

namespace crema::scan {

std::string_view to_text(LabelKind kind);                       // for people: "time (RFC 3339)"
std::optional<LabelKind> label_kind_of(std::string_view name);  // as .hadolint.yaml has them
bool is_label_value(std::string_view value, LabelKind kind);

}  // namespace crema::scan
