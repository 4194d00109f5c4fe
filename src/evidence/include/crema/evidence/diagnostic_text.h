// Draws diagnostics: for a person with the line and a caret under the place, for machines as JSON
// or as GitHub's annotation commands.
#pragma once

#include "crema/base/diagnostic.h"
#include "crema/evidence/style.h"

#include <span>
#include <string>

namespace crema::evidence {

// Several lines, each ended by a line break:
//   error: unexpected key 'job' [workflow/unexpected-key]
//     --> .github/workflows/ci.yml:3:1
//      |
//    3 | job:
//      | ^^^ expected ...
std::string diagnostic_text(const Diagnostic& diagnostic, const Style& style);

// "2 errors, 1 warning"; "" when there is nothing.
std::string diagnostic_count(std::span<const Diagnostic> diagnostics);

// One JSON object without line break: severity, code, message, file, line, column, hint, notes.
std::string diagnostic_json(const Diagnostic& diagnostic);

// "::error file=...,line=...,col=...,title=...::message"
std::string diagnostic_command(const Diagnostic& diagnostic);

}  // namespace crema::evidence
