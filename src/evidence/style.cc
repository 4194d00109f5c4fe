#include "crema/evidence/style.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace crema::evidence {
namespace {

constexpr std::array<std::string_view, 8> kCodes = {"", "1", "2", "31", "32", "33", "34", "36"};

// Bytes of the UTF-8 sequence that starts with `first`; 1 for anything malformed.
std::size_t sequence_length(unsigned char first) {
  if (first >= 0xF0) return 4;
  if (first >= 0xE0) return 3;
  if (first >= 0xC0) return 2;
  return 1;
}

char32_t decode(std::string_view text, std::size_t at, std::size_t length) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  if (length == 1) return byte(0);
  char32_t point = byte(0) & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) point = (point << 6) | (byte(i) & 0x3FU);
  return point;
}

// East Asian wide and emoji ranges; enough for log lines and job names.
bool is_wide(char32_t c) {
  return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
         (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
         (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x20000 && c <= 0x3FFFD);
}
bool is_combining(char32_t c) {
  return (c >= 0x300 && c <= 0x36F) || c == 0x200D || (c >= 0xFE00 && c <= 0xFE0F);
}

// The index behind the escape sequence that starts at `at` (CSI, OSC or two characters).
std::size_t skip_escape(std::string_view text, std::size_t at) {
  std::size_t i = at + 1;
  if (i >= text.size()) return i;
  if (text[i] == '[') {
    for (++i; i < text.size(); ++i) {
      if (text[i] >= '@' && text[i] <= '~') return i + 1;
    }
    return i;
  }
  if (text[i] == ']') {
    for (++i; i < text.size(); ++i) {
      if (text[i] == '\a') return i + 1;
      if (text[i] == '\x1b') return i + 2;
    }
    return i;
  }
  return i + 1;
}

}  // namespace

std::string Style::paint(Tone tone, std::string_view text) const {
  if (!colour || tone == Tone::plain) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", kCodes[static_cast<std::size_t>(tone)], text);
}

std::string Style::glyph(Outcome outcome) const {
  switch (outcome) {
    case Outcome::success:
      return paint(Tone::green, unicode ? "✓" : "+");
    case Outcome::failure:
      return paint(Tone::red, unicode ? "✗" : "x");
    case Outcome::cancelled:
      return paint(Tone::yellow, unicode ? "⊘" : "!");
    case Outcome::skipped:
      return paint(Tone::dim, unicode ? "∅" : "-");
  }
  return "?";
}

std::string Style::running_glyph(std::size_t frame) const {
  constexpr std::array<std::string_view, 8> kFrames = {"⣷", "⣯", "⣟", "⡿", "⢿", "⣻", "⣽", "⣾"};
  constexpr std::array<std::string_view, 4> kPlain = {"|", "/", "-", "\\"};
  return paint(Tone::cyan,
               unicode ? kFrames[frame % kFrames.size()] : kPlain[frame % kPlain.size()]);
}

std::string Style::waiting_glyph() const { return paint(Tone::dim, unicode ? "○" : "."); }

std::string duration_text(std::chrono::nanoseconds duration) {
  const double seconds = std::chrono::duration<double>(duration).count();
  if (seconds < 0) return "0.0s";
  if (seconds < 59.95) return fmt::format("{:.1f}s", seconds);
  const auto whole = std::llround(seconds);
  if (whole < 3600) return fmt::format("{}m {:02}s", whole / 60, whole % 60);
  return fmt::format("{}h {:02}m", whole / 3600, whole / 60 % 60);
}

std::string size_text(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double size = static_cast<double>(bytes);
  constexpr std::array<std::string_view, 4> kUnits = {"KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  for (size /= 1024; size >= 1024 && unit + 1 < kUnits.size(); size /= 1024) ++unit;
  return size < 10 ? fmt::format("{:.1f} {}", size, kUnits[unit])
                   : fmt::format("{:.0f} {}", size, kUnits[unit]);
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '\x1b') {
      i = skip_escape(text, i);
      continue;
    }
    const auto length =
        std::min(sequence_length(static_cast<unsigned char>(text[i])), text.size() - i);
    const char32_t point = decode(text, i, length);
    if (!is_combining(point)) width += is_wide(point) ? 2 : 1;
    i += length;
  }
  return width;
}

std::string elide_middle(std::string_view text, std::size_t width, bool unicode) {
  if (display_width(text) <= width) return std::string(text);
  const std::string_view mark = unicode ? "…" : "..";
  const std::size_t mark_width = unicode ? 1 : 2;
  if (width <= mark_width) return std::string(mark.substr(0, unicode ? 3 : width));
  const std::size_t head_width = (width - mark_width + 1) / 2;
  const std::size_t tail_width = width - mark_width - head_width;
  std::size_t used = 0;
  std::size_t head = 0;
  while (head < text.size()) {
    const auto length =
        std::min(sequence_length(static_cast<unsigned char>(text[head])), text.size() - head);
    const auto cells = display_width(text.substr(head, length));
    if (used + cells > head_width) break;
    used += cells;
    head += length;
  }
  std::size_t tail = head;
  while (tail < text.size() && display_width(text.substr(tail)) > tail_width) {
    tail += std::min(sequence_length(static_cast<unsigned char>(text[tail])), text.size() - tail);
  }
  return fmt::format("{}{}{}", text.substr(0, head), mark, text.substr(tail));
}

std::string strip_escapes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == 0x1b) {
      i = skip_escape(text, i);
      continue;
    }
    if (c == '\t')
      out += "  ";
    else if (c >= 0x20 && c != 0x7f)
      out += text[i];
    ++i;
  }
  return out;
}

}  // namespace crema::evidence
