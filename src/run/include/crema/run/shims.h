// Programs that steps call and crema can stand in for: the table of names it answers to. A job
// finds them at the end of its PATH, so that an installed program of that name comes first.
#pragma once

#include <span>
#include <string_view>

namespace crema::run {

struct Shim {
  std::string_view name;     // of the program: "k6"
  std::string_view command;  // of crema, which gets the program's arguments: "load"
  std::string_view version;  // of the program whose behaviour it has
  bool named = false;        // the command is told the program's name first
};

std::span<const Shim> shims();

// Null for any other name.
const Shim* find_shim(std::string_view name);

// Whether `name` stands in a shell script as a word of its own. It may stand in a comment too: this
// is for telling people, nothing else.
bool mentions(std::string_view script, std::string_view name);

}  // namespace crema::run
