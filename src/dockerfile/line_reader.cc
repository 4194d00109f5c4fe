#include "line_reader.h"

#include "crema/base/strings.h"

#include <algorithm>

namespace crema::dockerfile {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlanks = " \t\r\v\f";

std::size_t indent_of(std::string_view line) {
  return std::min(line.find_first_not_of(kBlanks), line.size());
}

// Where the escape stands that continues the line; nothing where none does. One that is escaped
// itself does not.
std::optional<std::size_t> continuation(std::string_view line, char escape) {
  const auto last = line.find_last_not_of(" \t");
  if (last == std::string_view::npos || line[last] != escape) return std::nullopt;
  if (last > 0 && line[last - 1] == escape) return std::nullopt;
  return last;
}

}  // namespace

LineReader::LineReader(const SourceFile& source, Dockerfile& file) : source_(source), file_(file) {
  read_directives();
}

std::string_view LineReader::text_of(std::uint32_t line) const {
  auto text = source_.line(line);
  if (line == 1 && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

// `# name=value` lines at the top, each name once; the first other line ends them. They are read
// again as comments.
void LineReader::read_directives() {
  bool escape_seen = false;
  for (std::uint32_t line = 1; line <= source_.line_count(); ++line) {
    const auto text = trim(text_of(line));
    if (line == 1 && text.starts_with("#!")) continue;
    const auto equals = text.find('=');
    if (!text.starts_with('#') || equals == std::string_view::npos) return;
    const auto name = to_lower(trim(text.substr(1, equals - 1)));
    const auto value = trim(text.substr(equals + 1));
    if (name == "escape" && !escape_seen && (value == "\\" || value == "`")) {
      file_.escape = value[0];
      escape_seen = true;
    } else if (name == "syntax" && file_.syntax.empty()) {
      file_.syntax = value;
    } else if (name != "check") {
      return;
    }
  }
}

bool LineReader::take_comment() {
  const auto text = text_of(line_);
  const auto indent = indent_of(text);
  if (!text.substr(indent).starts_with('#')) return false;
  file_.comments.push_back({.line = line_, .text = std::string(text.substr(indent + 1))});
  ++line_;
  return true;
}

std::optional<LogicalLine> LineReader::next() {
  while (line_ <= source_.line_count())
    if (trim(text_of(line_)).empty()) {
      ++line_;
    } else if (!take_comment()) {
      break;
    }
  if (line_ > source_.line_count()) return std::nullopt;
  LogicalLine logical{.first = line_, .last = line_};
  bool continued = true;
  while (continued && line_ <= source_.line_count()) {
    const auto text = text_of(line_);
    if (line_ != logical.first && (take_comment() || trim(text).empty())) {
      if (trim(text).empty()) ++line_;
      continue;
    }
    const auto skipped = line_ == logical.first ? indent_of(text) : 0;
    const auto end = continuation(text, file_.escape);
    continued = end.has_value();
    logical.text.append(text.substr(skipped, end.value_or(text.size()) - skipped),
                        {line_, static_cast<std::uint32_t>(skipped + 1)});
    logical.last = line_++;
  }
  return logical;
}

std::optional<PlacedText> LineReader::read_document(std::string_view delimiter, bool strips_tabs) {
  PlacedText document;
  for (auto line = line_; line <= source_.line_count(); ++line) {
    const auto text = text_of(line);
    const auto tabs =
        strips_tabs ? std::min(text.find_first_not_of('\t'), text.size()) : std::size_t{0};
    if (text.substr(tabs) == delimiter) {
      line_ = line + 1;
      return document;
    }
    document.append(text.substr(tabs), {line, static_cast<std::uint32_t>(tabs + 1)});
    document.append_unplaced("\n");
  }
  return std::nullopt;
}

}  // namespace crema::dockerfile
