// `.env` files: NAME=value, with comments, `export`, and quotes as Docker Compose reads them.
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"

#include <string>
#include <utility>
#include <vector>

namespace crema::formats {

// In the order of the file. Single quotes keep a text as it is; in double quotes \n, \t, \r, \" and
// \\ are what they say; without quotes a value ends at " #". A name without "=" is passed over.
// Variables in values are left as they stand. Fails with "dotenv/syntax" and the place.
Result<std::vector<std::pair<std::string, std::string>>> parse_dotenv(const SourcePtr& source);

}  // namespace crema::formats
