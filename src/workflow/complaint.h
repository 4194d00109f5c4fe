// What the reader says about a value that does not fit: found, expected, and what to write instead.
#pragma once

#include "schema.h"

#include "crema/workflow/token.h"

#include <optional>
#include <string>

namespace crema::workflow {

using Candidates = std::vector<const MappingShape*>;

// `path` is "jobs.build.steps[0].run"; `where` the same in quotes, or "the file".
Diagnostic unexpected_value(const Token& token, const Shape& shape, const std::string& path);
Diagnostic unexpected_collection(const Token& token, const Shape& shape, const std::string& where);
Diagnostic expression_not_allowed(const Token& token, const std::string& path);

Diagnostic already_defined(const Token& mapping, const Token& key);
Diagnostic missing_key(const Token& mapping, const std::string& key, const std::string& where);
// Several kinds of mapping are still possible.
Diagnostic undecided_mapping(const Token& mapping, const Candidates& candidates,
                             const std::string& where);
Diagnostic unknown_key(const Token& key, const Candidates& candidates, const std::string& where);
// A key of another kind of mapping than the keys before it have chosen (`uses` beside `run`).
std::optional<Diagnostic> conflicting_key(const Token& key, const Candidates& candidates,
                                          const Shape& shape, const Token& mapping);

}  // namespace crema::workflow
