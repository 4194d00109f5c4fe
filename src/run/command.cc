#include "command.h"

#include <array>
#include <span>
#include <utility>

namespace crema::run {
namespace {

using Escape = std::pair<std::string_view, std::string_view>;
// %25 comes last: "%250A" is the text "%0A", not a line break.
constexpr std::array kDataEscapes{Escape{"%0D", "\r"}, Escape{"%0A", "\n"}, Escape{"%25", "%"}};
constexpr std::array kPropertyEscapes{Escape{"%0D", "\r"}, Escape{"%0A", "\n"}, Escape{"%3A", ":"},
                                      Escape{"%2C", ","}, Escape{"%25", "%"}};
constexpr std::array kOldEscapes{Escape{"%3B", ";"}, Escape{"%0D", "\r"}, Escape{"%0A", "\n"},
                                 Escape{"%5D", "]"}, Escape{"%25", "%"}};

std::string unescape(std::string_view text, std::span<const Escape> escapes) {
  std::string out(text);
  if (text.find('%') == std::string_view::npos) return out;
  for (const auto& [from, to] : escapes) out = replace_all(std::move(out), from, to);
  return out;
}

// "name k=v,k2=v2": the name, and its properties split at `separator`.
WorkflowCommand parse_head(std::string_view head, char separator, std::span<const Escape> escapes) {
  WorkflowCommand command;
  const auto blank = head.find(' ');
  command.name = head.substr(0, blank);
  if (blank == std::string_view::npos) return command;
  for (const auto part : split(trim(head.substr(blank + 1)), separator)) {
    const auto equals = part.find('=');
    if (equals == std::string_view::npos || equals + 1 == part.size()) continue;
    command.properties[std::string(trim(part.substr(0, equals)))] =
        unescape(part.substr(equals + 1), escapes);
  }
  return command;
}

std::optional<WorkflowCommand> parse_current(std::string_view line) {
  const auto start = line.find_first_not_of(" \t");
  if (start == std::string_view::npos || !line.substr(start).starts_with("::")) return std::nullopt;
  line.remove_prefix(start + 2);
  const auto end = line.find("::");
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  auto command = parse_head(line.substr(0, end), ',', kPropertyEscapes);
  if (command.name.empty()) return std::nullopt;
  command.data = unescape(line.substr(end + 2), kDataEscapes);
  return command;
}

std::optional<WorkflowCommand> parse_old(std::string_view line) {
  const auto start = line.find("##[");
  if (start == std::string_view::npos) return std::nullopt;
  line.remove_prefix(start + 3);
  const auto end = line.find(']');
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  auto command = parse_head(line.substr(0, end), ';', kOldEscapes);
  if (command.name.empty()) return std::nullopt;
  command.data = unescape(line.substr(end + 1), kOldEscapes);
  return command;
}

}  // namespace

std::string WorkflowCommand::property(std::string_view key) const {
  const auto found = properties.find(key);
  return found == properties.end() ? "" : found->second;
}

std::optional<WorkflowCommand> parse_command(std::string_view line) {
  if (auto command = parse_current(line)) return command;
  return parse_old(line);
}

}  // namespace crema::run
