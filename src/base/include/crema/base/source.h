// A text file as read, and a place in it: what a diagnostic points at.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace crema {

// The text of one file with its lines indexed. Immutable; shared by every Span that points into it,
// so that a diagnostic can show its line long after the parser is gone.
class SourceFile {
 public:
  SourceFile(std::string path, std::string text);

  const std::string& path() const { return path_; }
  std::string_view text() const { return text_; }
  // The text of a line, without its line break. Lines count from 1; out of range gives "".
  std::string_view line(std::uint32_t number) const;
  std::uint32_t line_count() const { return static_cast<std::uint32_t>(line_starts_.size()); }

 private:
  std::string path_;
  std::string text_;
  std::vector<std::size_t> line_starts_;
};

using SourcePtr = std::shared_ptr<const SourceFile>;

// A place in a source file. Lines and columns count from 1, columns in Unicode code points; 0 means
// unknown. `end_column` is exclusive and on the same line; 0 when only the start is known.
struct Span {
  SourcePtr source;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t end_column = 0;

  bool known() const { return source != nullptr && line != 0; }
};

}  // namespace crema
