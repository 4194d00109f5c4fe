// Turns evaluated values into what a place in a workflow takes, with the errors GitHub gives where
// they do not fit: nothing is converted that GitHub would not convert ('true' is no boolean).
#pragma once

#include "crema/base/result.h"
#include "crema/expr/value.h"

#include <string>
#include <utility>
#include <vector>

namespace crema::workflow {

// The error for a value that does not fit where it stands: "Unexpected value 'x'".
Diagnostic unexpected_value(const expr::Value& value, const Span& span);

Result<std::string> to_text(const expr::Value& value, const Span& span);
Result<bool> to_boolean(const expr::Value& value, const Span& span);
Result<double> to_number(const expr::Value& value, const Span& span);
// A sequence of texts; where `single` holds, one text stands for a sequence of one.
Result<std::vector<std::string>> to_texts(const expr::Value& value, const Span& span,
                                          bool single = false);
Result<std::vector<std::pair<std::string, std::string>>> to_text_pairs(const expr::Value& value,
                                                                       const Span& span);
// The same, for what must be a mapping or a sequence.
Result<expr::ObjectPtr> to_mapping(const expr::Value& value, const Span& span);
Result<expr::ArrayPtr> to_sequence(const expr::Value& value, const Span& span);

}  // namespace crema::workflow
