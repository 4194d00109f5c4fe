// Users of this machine.
#pragma once

#include "crema/base/result.h"

#include <filesystem>
#include <optional>
#include <string>

namespace crema::sys {

struct User {
  unsigned id = 0;
  unsigned group = 0;
  std::filesystem::path home;
};

bool is_root();
std::optional<User> find_user(const std::string& name);
// Gives a file or folder (not what is in it) to a user. Root only.
Result<> give_to(const std::filesystem::path& path, const User& user);

}  // namespace crema::sys
