#include "crema/evidence/diagnostic_text.h"

#include "crema/base/strings.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace crema::evidence {
namespace {

constexpr std::size_t kLongestLine = 160;

std::string_view severity_text(Severity severity) {
  switch (severity) {
    case Severity::note:
      return "note";
    case Severity::warning:
      return "warning";
    case Severity::error:
      return "error";
  }
  return "";
}

Tone severity_tone(Severity severity) {
  switch (severity) {
    case Severity::note:
      return Tone::cyan;
    case Severity::warning:
      return Tone::yellow;
    case Severity::error:
      return Tone::red;
  }
  return Tone::plain;
}

// The byte where a column (counted in code points from 1) starts.
std::size_t byte_of_column(std::string_view line, std::uint32_t column) {
  std::size_t byte = 0;
  for (std::uint32_t seen = 1; seen < column && byte < line.size(); ++seen) {
    ++byte;
    while (byte < line.size() && (static_cast<unsigned char>(line[byte]) & 0xC0U) == 0x80U) ++byte;
  }
  return byte;
}

// A window of a long line around the place, so that the caret is in sight.
struct Excerpt {
  std::string text;
  std::size_t caret = 0;  // cells before the caret
  std::size_t width = 1;  // cells of the underline
};

Excerpt excerpt_of(const Span& span) {
  const std::string_view line = span.source->line(span.line);
  std::size_t begin = byte_of_column(line, std::max(span.column, 1U));
  std::size_t end =
      span.end_column > span.column ? byte_of_column(line, span.end_column) : begin + 1;
  end = std::min(std::max(end, begin), line.size());
  std::size_t from = 0;
  std::size_t length = line.size();
  if (line.size() > kLongestLine) {
    from = begin > kLongestLine / 2 ? begin - kLongestLine / 2 : 0;
    while (from > 0 && (static_cast<unsigned char>(line[from]) & 0xC0U) == 0x80U) --from;
    length = kLongestLine;
  }
  Excerpt excerpt;
  const std::string lead = from > 0 ? "..." : "";
  excerpt.text = lead + strip_escapes(line.substr(from, length));
  excerpt.caret = lead.size() + display_width(strip_escapes(line.substr(from, begin - from)));
  const auto shown_end = std::min(end, from + length);
  if (shown_end > begin) {
    excerpt.width = std::max<std::size_t>(
        1, display_width(strip_escapes(line.substr(begin, shown_end - begin))));
  }
  return excerpt;
}

void draw_place(std::string& out, const Span& span, Tone tone, const Style& style) {
  if (span.source == nullptr) return;
  if (span.line == 0) {
    out += fmt::format("  {} {}\n", style.paint(Tone::blue, "-->"), span.source->path());
    return;
  }
  const auto number = std::to_string(span.line);
  const std::string margin(number.size() + 1, ' ');
  out += fmt::format("{}{} {}:{}:{}\n", margin, style.paint(Tone::blue, "-->"), span.source->path(),
                     span.line, std::max(span.column, 1U));
  const auto bar = style.paint(Tone::blue, "|");
  const Excerpt excerpt = excerpt_of(span);
  out += fmt::format("{} {}\n", margin, bar);
  out += fmt::format(" {} {} {}\n", style.paint(Tone::blue, number), bar, excerpt.text);
  out += fmt::format("{} {} {}{}\n", margin, bar, std::string(excerpt.caret, ' '),
                     style.paint(tone, std::string(excerpt.width, '^')));
}

std::string escape_data(std::string text) {
  text = replace_all(std::move(text), "%", "%25");
  text = replace_all(std::move(text), "\r", "%0D");
  return replace_all(std::move(text), "\n", "%0A");
}

std::string escape_property(std::string text) {
  text = escape_data(std::move(text));
  text = replace_all(std::move(text), ":", "%3A");
  return replace_all(std::move(text), ",", "%2C");
}

nlohmann::ordered_json place_json(const Span& span) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  if (span.source != nullptr) json["file"] = span.source->path();
  if (span.line != 0) json["line"] = span.line;
  if (span.column != 0) json["column"] = span.column;
  if (span.end_column != 0) json["endColumn"] = span.end_column;
  return json;
}

}  // namespace

std::string diagnostic_text(const Diagnostic& diagnostic, const Style& style) {
  const Tone tone = severity_tone(diagnostic.severity);
  std::string out = fmt::format("{}{}", style.paint(tone, severity_text(diagnostic.severity)),
                                style.paint(Tone::bold, ": " + diagnostic.message));
  if (!diagnostic.code.empty())
    out += style.paint(Tone::dim, fmt::format(" [{}]", diagnostic.code));
  out += '\n';
  draw_place(out, diagnostic.span, tone, style);
  for (const auto& note : diagnostic.notes) {
    out += fmt::format("  {} {}\n", style.paint(Tone::cyan, "note:"), note.message);
    draw_place(out, note.span, Tone::cyan, style);
  }
  if (!diagnostic.hint.empty()) {
    out += fmt::format("  {} {}\n", style.paint(Tone::green, "hint:"), diagnostic.hint);
  }
  return out;
}

std::string diagnostic_count(std::span<const Diagnostic> diagnostics) {
  const auto count = [&](Severity severity) {
    return std::count_if(diagnostics.begin(), diagnostics.end(),
                         [&](const auto& d) { return d.severity == severity; });
  };
  std::string text;
  for (const auto severity : {Severity::error, Severity::warning, Severity::note}) {
    const auto number = count(severity);
    if (number == 0) continue;
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {}{}", number, severity_text(severity), number == 1 ? "" : "s");
  }
  return text;
}

std::string diagnostic_json(const Diagnostic& diagnostic) {
  nlohmann::ordered_json json = {{"severity", severity_text(diagnostic.severity)},
                                 {"code", diagnostic.code},
                                 {"message", diagnostic.message}};
  json.update(place_json(diagnostic.span));
  if (!diagnostic.hint.empty()) json["hint"] = diagnostic.hint;
  for (const auto& note : diagnostic.notes) {
    auto entry = place_json(note.span);
    entry["message"] = note.message;
    json["notes"].push_back(entry);
  }
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string diagnostic_command(const Diagnostic& diagnostic) {
  const std::string_view command =
      diagnostic.severity == Severity::note ? "notice" : severity_text(diagnostic.severity);
  std::string properties;
  const auto add = [&](std::string_view key, std::string value) {
    properties += fmt::format("{}{}={}", properties.empty() ? " " : ",", key,
                              escape_property(std::move(value)));
  };
  if (diagnostic.span.source != nullptr) add("file", diagnostic.span.source->path());
  if (diagnostic.span.line != 0) add("line", std::to_string(diagnostic.span.line));
  if (diagnostic.span.column != 0) add("col", std::to_string(diagnostic.span.column));
  if (!diagnostic.code.empty()) add("title", diagnostic.code);
  return fmt::format("::{}{}::{}", command, properties, escape_data(diagnostic.message));
}

}  // namespace crema::evidence
