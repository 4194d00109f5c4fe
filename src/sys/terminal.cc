#include "crema/sys/terminal.h"

#include "crema/base/strings.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace crema::sys {

bool is_terminal(int descriptor) { return ::isatty(descriptor) == 1; }

std::pair<std::size_t, std::size_t> terminal_size(int descriptor) {
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {80, 24};
  return {size.ws_col, size.ws_row};
}

bool wants_colour(const Host& host, int descriptor) {
  const auto set = [&](const char* name) { return !host.variable(name).value_or("").empty(); };
  if (set("NO_COLOR")) return false;
  for (const char* name : {"FORCE_COLOR", "CLICOLOR_FORCE"}) {
    if (set(name)) return *host.variable(name) != "0";
  }
  return is_terminal(descriptor) && host.variable("TERM").value_or("dumb") != "dumb";
}

bool wants_unicode(const Host& host) {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const auto value = to_lower(host.variable(name).value_or(""));
    if (!value.empty())
      return value.find("utf-8") != std::string::npos || value.find("utf8") != std::string::npos;
  }
  return false;
}

}  // namespace crema::sys
