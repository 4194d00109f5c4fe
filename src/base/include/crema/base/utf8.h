// Text from outside that must be UTF-8 and may not be.
#pragma once

#include <string>
#include <string_view>

namespace crema {

// The text with each byte that is no UTF-8 replaced by U+FFFD; `buffer` is used when there are any.
std::string_view valid_utf8(std::string_view text, std::string& buffer);

}  // namespace crema
