// Text with `${{ }}` in it: cut into literals and expressions, parsed, and put back together as one
// expression (`a-${{ b }}` is format('a-{0}', b)).
#pragma once

#include "problems.h"

#include "crema/workflow/token.h"

#include <string_view>

namespace crema::workflow {

// Where an expression stands, for what is said about it.
struct ExpressionPlace {
  const expr::Vocabulary& vocabulary;  // what may be mentioned; empty: no expressions at all
  std::string_view path;               // "jobs.build.if"
};

// The exact place of a part of a value, where it stands in the file as it is; else an unknown
// place. `offset` counts characters from 1 within the part.
Span find_in_value(const Span& value, std::string_view part, std::size_t offset);

// `literal` is a string token. Reports what is wrong and then gives the literal back; `ok` tells.
Token interpolate(Token literal, const ExpressionPlace& place, Problems& problems, bool& ok);

// Parses `text`, an expression without `${{ }}`. When lenient, contexts that GitHub does not offer
// at this place are let through with a warning.
std::optional<expr::Expression> parse_expression(std::string_view text, const Span& span,
                                                 const ExpressionPlace& place, Problems& problems);

}  // namespace crema::workflow
