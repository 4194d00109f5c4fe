// A small picture that says one thing, for a README: "coverage 94.2 %".
#pragma once

#include <string>
#include <string_view>

namespace crema::report {

enum class BadgeColour { good, fair, bad };

// SVG without scripts and fonts of its own; readable for programs that read pictures aloud.
std::string badge_svg(std::string_view label, std::string_view value, BadgeColour colour);

}  // namespace crema::report
