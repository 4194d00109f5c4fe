// gzip, as a browser's DecompressionStream reads it.
#pragma once

#include <string>
#include <string_view>

namespace crema::report {

std::string gzip(std::string_view bytes);

}  // namespace crema::report
