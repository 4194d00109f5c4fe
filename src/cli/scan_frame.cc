#include "scan_frame.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::cli {
namespace {

using evidence::Tone;

constexpr std::size_t kWidest = 110;  // bytes of a line that are shown

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// A part of a long line with the place in it, cut where characters begin.
struct Window {
  std::size_t from = 0, to = 0;
};
Window window_of(std::string_view line, std::size_t at) {
  Window window{.from = at > kWidest * 2 / 3 && line.size() > kWidest ? at - kWidest / 3 : 0};
  while (window.from > 0 && is_continuation(line[window.from])) --window.from;
  window.to = std::min(line.size(), window.from + kWidest);
  while (window.to < line.size() && is_continuation(line[window.to])) ++window.to;
  return window;
}

}  // namespace

ScanFrames::ScanFrames(std::filesystem::path root, std::span<const scan::Found> found)
    : root_(std::move(root)) {
  for (const auto& one : found) {
    if (one.finding.family != "secrets") continue;
    for (const auto& place : one.finding.locations)
      secrets_[place.path].push_back(
          {place.line, place.column, std::max(place.line, place.end_line), place.end_column});
  }
}

const std::string* ScanFrames::line_of(const std::string& path, std::uint32_t line) {
  auto found = files_.find(path);
  if (found == files_.end()) {
    std::optional<std::vector<std::string>> lines;
    std::error_code error;
    if (std::filesystem::is_regular_file(root_ / path, error)) {
      if (const auto text = sys::read_file(root_ / path)) {
        lines.emplace();
        for (const auto each : split(*text, '\n')) lines->emplace_back(each);
      }
    }
    found = files_.emplace(path, std::move(lines)).first;
  }
  const auto& lines = found->second;
  if (!lines || line == 0 || line > lines->size()) return nullptr;
  return &(*lines)[line - 1];
}

std::string ScanFrames::masked(const std::string& path, std::uint32_t line,
                               std::string text) const {
  const auto found = secrets_.find(path);
  if (found == secrets_.end()) return text;
  for (const auto& secret : found->second) {
    if (line < secret.line || line > secret.end_line) continue;
    const std::size_t begin =
        line == secret.line && secret.column > 0 ? secret.column - 1U : std::size_t{0};
    const std::size_t end = line == secret.end_line && secret.end_column > 0
                                ? std::min<std::size_t>(secret.end_column - 1U, text.size())
                                : text.size();
    for (auto at = begin; at < end; ++at) text[at] = '*';
  }
  return text;
}

std::string ScanFrames::frame(const evidence::FindingLocation& place,
                              const evidence::Style& style) {
  const auto* line = line_of(place.path, place.line);
  if (line == nullptr || trim(*line).empty()) return "";
  auto text = masked(place.path, place.line, *line);
  if (text.ends_with('\r')) text.pop_back();
  std::size_t begin = place.column > 0 ? place.column - 1U : text.find_first_not_of(" \t");
  begin = std::min(begin, text.size());
  std::size_t end = text.find_last_not_of(" \t") + 1;
  if (place.column > 0 && place.end_column > place.column &&
      (place.end_line == 0 || place.end_line == place.line))
    end = place.end_column - 1U;
  const auto window = window_of(text, begin);
  end = std::clamp(end, begin, window.to);
  const auto shown = [&](std::size_t from, std::size_t to) {
    return evidence::strip_escapes(std::string_view(text).substr(from, to - from));
  };
  const std::string lead = window.from > 0 ? "..." : "";
  const auto margin = fmt::format("{:>7}", place.line);
  const auto bar = style.paint(Tone::blue, style.bar());
  const auto before = lead.size() + evidence::display_width(shown(window.from, begin));
  const auto width = std::max<std::size_t>(1, evidence::display_width(shown(begin, end)));
  return fmt::format("{} {} {}{}\n{} {} {}{}\n", style.paint(Tone::blue, margin), bar, lead,
                     shown(window.from, window.to), std::string(margin.size(), ' '), bar,
                     std::string(before, ' '), style.paint(Tone::red, std::string(width, '^')));
}

}  // namespace crema::cli
