#include "crema/sys/users.h"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace crema::sys {

bool is_root() { return ::geteuid() == 0; }

std::optional<User> find_user(const std::string& name) {
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
      found == nullptr)
    return std::nullopt;
  return User{entry.pw_uid, entry.pw_gid, entry.pw_dir};
}

Result<> give_to(const std::filesystem::path& path, const User& user) {
  if (::chown(path.c_str(), user.id, user.group) == 0) return {};
  return fail("sys/cannot-give",
              "cannot give " + path.string() + " to another user: " + std::strerror(errno));
}

}  // namespace crema::sys
