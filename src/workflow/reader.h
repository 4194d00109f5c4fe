// Turns YAML into tokens under the guidance of a schema: every value checked, every expression
// parsed with what it may mention at its place. Source: actions/runner TemplateReader.
#pragma once

#include "problems.h"
#include "schema.h"

#include "crema/formats/yaml.h"
#include "crema/workflow/token.h"

namespace crema::workflow {

// What all files of one workflow may use together, counted as GitHub counts.
struct Budget {
  std::size_t max_depth = 50;
  std::size_t max_events = 1'000'000;
  std::size_t max_bytes = std::size_t{10} << 20U;
  std::size_t max_nodes = 50'000;  // of one file, aliases followed
  std::size_t events = 0;
  std::size_t bytes = 0;
};

// The estimated size of a text in memory (TemplateMemory).
std::size_t text_bytes(std::string_view text);

// The root value, or a null token after an error that ends reading.
Token read_document(const formats::YamlNode& root, const SourcePtr& source, const Shape& shape,
                    Budget& budget, Problems& problems);

// Whether a literal fits a type; converts it to text where the type takes text.
bool fits(Token& literal, const Shape& shape);

}  // namespace crema::workflow
