// Where a value of a JSON document stands: looked up in the text when an error is told, so that
// reading a document that has none pays nothing.
#pragma once

#include "crema/base/source.h"

#include <cstddef>
#include <span>
#include <string>
#include <variant>

namespace crema::load {

// A member's name or an item's index.
using JsonStep = std::variant<std::string, std::size_t>;

// The value that `path` leads to in the document, which must be well-formed JSON. Leads a step
// nowhere, it is the last value on the way. Unknown without a source.
Span json_place(const SourcePtr& source, std::span<const JsonStep> path);

}  // namespace crema::load
