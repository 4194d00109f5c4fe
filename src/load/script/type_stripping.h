// TypeScript to JavaScript by taking the types away: what stays keeps its line and column.
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"

#include <string>

namespace crema::load {

// Types become blanks. Enums and parameter properties become code on the line they began on; an
// import none of whose names is used as a value goes, as esbuild does it. No type is checked. Fails
// with "load/typescript" and a place: what cannot be read, namespaces with code, `import x =
// require()`, `export =`, code nested deeper than 200 levels.
Result<std::string> strip_types(const SourcePtr& source);

}  // namespace crema::load
