// What the disk refused, said with a way out.
#pragma once

#include "crema/base/diagnostic.h"

#include <filesystem>
#include <string_view>

namespace crema::sys {

// "cannot <verb> <file>: <why>", with a hint for a full or a read-only disk. `number` is an errno.
Diagnostic disk_error(std::string_view code, std::string_view verb,
                      const std::filesystem::path& file, int number);

// The hint alone, "" where there is none to give.
std::string_view disk_hint(int number);

}  // namespace crema::sys
