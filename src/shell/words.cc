// Questions about the words of a command.
#include "crema/shell/script.h"

#include <algorithm>

namespace crema::shell {
namespace {

// How often an argument is the flag: letters may be repeated, "-qq".
std::size_t count_in(std::string_view argument, std::string_view name) {
  if (argument.size() < 2 || argument[0] != '-' || argument == "--") return 0;
  if (argument[1] == '-') {
    const auto long_name = argument.substr(2, argument.find('=') - 2);
    return long_name == name ? 1 : 0;
  }
  if (name.size() != 1) return 0;
  return static_cast<std::size_t>(std::ranges::count(argument.substr(1), name[0]));
}

bool is_flag(std::string_view argument) {
  return argument.size() > 1 && argument[0] == '-' && argument != "--";
}

}  // namespace

std::size_t count_flag(const Command& command, std::string_view name) {
  std::size_t count = 0;
  for (const auto& argument : command.arguments) count += count_in(argument.text, name);
  return count;
}

bool has_flag(const Command& command, std::string_view name) {
  return std::ranges::any_of(
      command.arguments, [&](const Word& argument) { return count_in(argument.text, name) > 0; });
}

bool has_argument(const Command& command, std::string_view text) {
  return std::ranges::find(command.arguments, text, &Word::text) != command.arguments.end();
}

std::string_view program_of(const Command& command) {
  const std::string_view name = command.name.text;
  return name.substr(name.rfind('/') + 1);
}

std::vector<const Word*> operands(const Command& command,
                                  const std::vector<std::string_view>& with_value) {
  std::vector<const Word*> all;
  for (std::size_t i = 0; i < command.arguments.size(); ++i) {
    const auto& argument = command.arguments[i];
    if (argument.text == "--" || argument.text == "-") continue;
    if (!is_flag(argument.text)) {
      all.push_back(&argument);
      continue;
    }
    const bool takes_next = argument.text.find('=') == std::string::npos &&
                            std::ranges::any_of(with_value, [&](std::string_view name) {
                              return count_in(argument.text, name) > 0;
                            });
    if (takes_next) ++i;
  }
  return all;
}

std::string_view value_of_flag(const Command& command, std::string_view name) {
  for (std::size_t i = 0; i < command.arguments.size(); ++i) {
    const std::string_view argument = command.arguments[i].text;
    if (count_in(argument, name) == 0) continue;
    const auto equals = argument.find('=');
    if (equals != std::string_view::npos) return argument.substr(equals + 1);
    return i + 1 < command.arguments.size() ? std::string_view(command.arguments[i + 1].text) : "";
  }
  return "";
}

}  // namespace crema::shell
