// Which lines a change has added, out of `git diff`.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace crema::testing {

// By path, relative to the repository.
using NewLines = std::map<std::string, std::set<std::uint32_t>, std::less<>>;

// Of `git diff --unified=0 --no-color --no-ext-diff --src-prefix=a/ --dst-prefix=b/`; renamed files
// under their new names, quoted names unquoted.
NewLines parse_diff(std::string_view diff);

}  // namespace crema::testing
