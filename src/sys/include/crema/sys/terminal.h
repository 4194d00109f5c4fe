// Facts about the terminal a stream goes to.
#pragma once

#include "crema/sys/host.h"

#include <cstddef>
#include <utility>

namespace crema::sys {

bool is_terminal(int descriptor);
// Columns and rows, 80 by 24 where nothing is known.
std::pair<std::size_t, std::size_t> terminal_size(int descriptor);
// NO_COLOR and TERM=dumb say no; FORCE_COLOR and CLICOLOR_FORCE say yes; else whether it is a
// terminal. See no-color.org.
bool wants_colour(const Host& host, int descriptor);
// Whether the locale writes UTF-8.
bool wants_unicode(const Host& host);

}  // namespace crema::sys
