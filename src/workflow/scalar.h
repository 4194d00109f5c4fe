// What a YAML scalar means: YAML 1.2's core schema as GitHub's reader applies it.
#pragma once

#include "crema/formats/yaml.h"
#include "crema/workflow/token.h"

namespace crema::workflow {

// A literal token. Fails where an explicit tag does not fit the text ("workflow/yaml-tag").
Result<Token> literal_of(const formats::YamlNode& node, const SourcePtr& source);

// The literal as a string token, as GitHub coerces: null is "", 1.0 is "1".
Token as_string(Token literal);

Span span_of(const formats::YamlNode& node, const SourcePtr& source);

}  // namespace crema::workflow
