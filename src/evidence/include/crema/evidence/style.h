// How text is dressed for a terminal: colours and glyphs, or plain ASCII.
#pragma once

#include "crema/evidence/event.h"

#include <chrono>
#include <string>
#include <string_view>

namespace crema::evidence {

enum class Tone : std::uint8_t { plain, bold, dim, red, green, yellow, blue, cyan };

struct Style {
  bool colour = false;
  bool unicode = false;

  std::string paint(Tone tone, std::string_view text) const;
  // One cell: a tick, a cross, ... in its colour.
  std::string glyph(Outcome outcome) const;
  std::string running_glyph(std::size_t frame) const;
  std::string waiting_glyph() const;
  std::string_view arrow() const { return unicode ? "→" : "->"; }
  std::string_view chevron() const { return unicode ? "›" : ">"; }
  std::string_view bar() const { return unicode ? "│" : "|"; }
};

// "0.3s", "12.3s", "2m 05s", "1h 02m".
std::string duration_text(std::chrono::nanoseconds duration);
// "812 B", "3.1 KiB", "41 MiB".
std::string size_text(std::uint64_t bytes);

// Terminal cells a text takes: escapes none, wide characters two.
std::size_t display_width(std::string_view text);
// The text cut in its middle to `width` cells, without escapes in it.
std::string elide_middle(std::string_view text, std::size_t width, bool unicode);
// The text without escape sequences and control characters (tabs become blanks).
std::string strip_escapes(std::string_view text);

}  // namespace crema::evidence
