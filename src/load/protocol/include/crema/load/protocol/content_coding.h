// Content codings: gzip, deflate (zlib), br and zstd, of bodies in both directions.
#pragma once

#include "crema/base/result.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace crema::load {

// Undoes what Content-Encoding names, last first: "gzip", "br, gzip". Names that are not known end
// it there and leave the body as it is (as k6 does). Fails with "load/content-coding" on a body
// that does not hold what is said, or that grows beyond `limit` bytes.
Result<std::string> decode_content(std::string_view codings, std::string body, std::size_t limit);

// Applies what k6's parameter `compression` names, first to last. Fails with "load/content-coding"
// on a name that is not known; br is not written.
Result<std::string> encode_content(std::string_view codings, std::string_view body);

}  // namespace crema::load
