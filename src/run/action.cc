#include "crema/run/action.h"

namespace crema::run {

std::vector<std::string> ActionContext::input_lines(std::string_view name) const {
  const std::string text = input(name);
  std::vector<std::string> lines;
  for (const auto line : split_lines(text)) {
    if (const auto trimmed = trim(line); !trimmed.empty()) lines.emplace_back(trimmed);
  }
  return lines;
}

}  // namespace crema::run
