// The encodings XML comes in: which one a document has, and the document as UTF-8.
#pragma once

#include "crema/base/source.h"

namespace crema::formats {

// The source itself where it is well-formed UTF-8 without a mark; else the same text as UTF-8,
// under the same path.
SourcePtr as_utf8(const SourcePtr& source);

}  // namespace crema::formats
