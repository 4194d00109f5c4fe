#include "program.h"

#include "crema/base/strings.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace crema::sys {
namespace {

bool is_executable_file(const std::string& path) {
  struct stat facts{};
  return ::stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) &&
         ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

Result<std::string> locate_program(const Command& command) {
  if (command.argv.empty()) return fail("sys/no-program", "there is no program to start");
  if (!command.program.empty()) return command.program;
  const std::string& name = command.argv.front();
  if (name.find('/') != std::string::npos) return name;
  const auto path = command.environment.find("PATH");
  const std::string_view folders =
      path == command.environment.end() ? "/usr/bin:/bin" : std::string_view(path->second);
  for (const auto folder : split(folders, ':')) {
    std::string candidate = (folder.empty() ? "." : std::string(folder)) + "/" + name;
    if (is_executable_file(candidate)) return candidate;
  }
  auto error = make_error("sys/program-not-found", "there is no program '" + name + "' on PATH");
  error.hint = "install it, or give its whole path";
  return fail(std::move(error));
}

Diagnostic cannot_start(const Command& command, int error_number) {
  std::error_code ignored;
  const auto& folder = command.working_directory;
  if (!folder.empty() && !std::filesystem::is_directory(folder, ignored)) {
    return make_error("sys/no-directory",
                      "the working directory " + folder.string() + " does not exist");
  }
  if (error_number == ENOENT && command.argv.front().find('/') != std::string::npos &&
      std::filesystem::exists(command.argv.front(), ignored)) {
    return make_error("sys/no-interpreter",
                      "cannot start " + command.argv.front() +
                          ": the interpreter in its first line does not exist");
  }
  const std::string code = error_number == ENOENT ? "sys/program-not-found" : "sys/cannot-start";
  return make_error(code,
                    "cannot start " + command.argv.front() + ": " + std::strerror(error_number));
}

}  // namespace crema::sys
