#include "crema/sys/disk_error.h"

#include <cerrno>
#include <cstring>
#include <string>

namespace crema::sys {

std::string_view disk_hint(int number) {
  switch (number) {
    case ENOSPC:
    case EDQUOT:
      return "free some disk space, or set CREMA_HOME to a folder on another disk";
    case EROFS:
    case EACCES:
    case EPERM:
      return "make the folder writable, or set CREMA_HOME to another one";
    case ENOTDIR:
      return "move the file that stands where a folder should be, or set CREMA_HOME to another "
             "folder";
    default:
      return "";
  }
}

Diagnostic disk_error(std::string_view code, std::string_view verb,
                      const std::filesystem::path& file, int number) {
  auto error = make_error(std::string(code), "cannot " + std::string(verb) + " " + file.string() +
                                                 ": " + std::strerror(number));
  error.hint = disk_hint(number);
  error.exit_code = ExitCode::internal;
  return error;
}

}  // namespace crema::sys
