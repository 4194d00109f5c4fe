// A lock file's packages as text, for the notes of a scan.
#pragma once

#include "crema/scan/deps/locked_package.h"

#include <string>
#include <string_view>

namespace crema::scan {

// Texts with control characters in them are kept without those.
std::string encode(const LockFile& file);
LockFile decode_lock(std::string_view text);

}  // namespace crema::scan
