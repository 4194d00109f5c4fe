#include "wrapped_command.h"

#include <algorithm>
#include <span>

namespace crema::shell {
namespace {

struct Wrapper {
  std::string_view name;
  std::string_view letters_with_value;  // "-u root"
  std::size_t operands = 0;             // what stands between its flags and the command
};

constexpr Wrapper kWrappers[] = {
    {"sudo", "ughpCrtUDTR"}, {"doas", "uC"},    {"env", "uC"},        {"exec", "a"},
    {"command", ""},         {"builtin", ""},   {"nohup", ""},        {"time", "fo"},
    {"nice", "n"},           {"ionice", "cn"},  {"timeout", "sk", 1}, {"xargs", "nIPLdEsa"},
    {"stdbuf", "ioe"},       {"gosu", "", 1},   {"su-exec", "", 1},   {"setpriv", ""},
    {"chroot", "", 1},       {"runuser", "ug"}, {"fakeroot", ""},     {"chronic", ""},
    {"eatmydata", ""},       {"unshare", ""},   {"setsid", ""},       {"flock", "Ew", 1},
};

constexpr std::string_view kShells[] = {"sh", "bash", "ash", "dash", "zsh", "ksh"};

bool is_assignment(std::string_view text) {
  const auto equals = text.find('=');
  return equals != std::string_view::npos && equals > 0 && !text.starts_with('-');
}

bool is_short_flag(std::string_view text) {
  return text.size() > 1 && text[0] == '-' && text[1] != '-';
}

std::optional<Wrapped> behind_flags(const Command& command, const Wrapper& wrapper) {
  const auto& words = command.arguments;
  std::size_t i = 0;
  auto left = wrapper.operands;
  for (; i < words.size(); ++i) {
    const std::string_view text = words[i].text;
    if (text == "--") continue;
    if (wrapper.name == "command" && (text == "-v" || text == "-V")) return std::nullopt;
    if (is_short_flag(text)) {
      if (text.size() == 2 && wrapper.letters_with_value.find(text[1]) != std::string_view::npos)
        ++i;
      continue;
    }
    if (text.starts_with("--") || is_assignment(text)) continue;
    if (left == 0) return Wrapped{.first = i};
    --left;
  }
  return std::nullopt;
}

// sh -c, bash -euxo pipefail -c: the first operand behind the flag.
std::optional<Wrapped> script_of(const Command& command) {
  bool wanted = false;
  const auto& words = command.arguments;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view text = words[i].text;
    if (is_short_flag(text) || (text.size() > 1 && text[0] == '+')) {
      wanted = wanted || text.find('c') != std::string_view::npos;
      if (text.back() == 'o' || text.back() == 'O') ++i;
    } else if (!text.starts_with("--")) {
      return wanted ? std::optional(Wrapped{.first = i, .is_script = true}) : std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<Wrapped> command_of_su(const Command& command) {
  const auto& words = command.arguments;
  for (std::size_t i = 0; i + 1 < words.size(); ++i)
    if (words[i].text == "-c" || words[i].text == "-lc" || words[i].text == "--command")
      return Wrapped{.first = i + 1, .is_script = true};
  return std::nullopt;
}

}  // namespace

std::optional<Wrapped> wrapped_by(const Command& command) {
  const auto name = program_of(command);
  if (std::ranges::find(kShells, name) != std::end(kShells)) return script_of(command);
  if (name == "su") return command_of_su(command);
  if (name == "eval" && command.arguments.size() == 1)
    return Wrapped{.first = 0, .is_script = true};
  if (name == "busybox" && !command.arguments.empty()) return Wrapped{.first = 0};
  const auto wrapper = std::ranges::find(kWrappers, name, &Wrapper::name);
  if (wrapper == std::end(kWrappers)) return std::nullopt;
  return behind_flags(command, *wrapper);
}

}  // namespace crema::shell
