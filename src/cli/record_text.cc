#include "record_text.h"

#include <fmt/format.h>

namespace crema::cli {

std::string state_glyph(store::RunState state, const evidence::Style& style) {
  switch (state) {
    case store::RunState::success:
      return style.glyph(evidence::Outcome::success);
    case store::RunState::failure:
      return style.glyph(evidence::Outcome::failure);
    case store::RunState::cancelled:
    case store::RunState::interrupted:
      return style.glyph(evidence::Outcome::cancelled);
    case store::RunState::running:
      return style.running_glyph(0);
  }
  return "?";
}

std::string padded(std::string_view text, std::size_t width) {
  auto cut = evidence::elide_middle(text, width, true);
  const auto cells = evidence::display_width(cut);
  return cut + std::string(width > cells ? width - cells : 0, ' ');
}

std::string age_text(std::chrono::nanoseconds age) {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(age).count();
  const auto hours = minutes / 60;
  if (minutes < 1) return "just now";
  if (hours < 1) return fmt::format("{} min ago", minutes);
  if (hours < 48) return fmt::format("{} h ago", hours);
  return fmt::format("{} d ago", hours / 24);
}

}  // namespace crema::cli
