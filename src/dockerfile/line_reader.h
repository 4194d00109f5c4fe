// The logical lines of a Dockerfile: comments taken out, continued lines joined, parser directives
// obeyed, the lines of here-documents on demand.
#pragma once

#include "crema/dockerfile/dockerfile.h"

#include <optional>
#include <string>
#include <string_view>

namespace crema::dockerfile {

struct LogicalLine {
  PlacedText text;
  std::uint32_t first = 0, last = 0;
};

class LineReader {
 public:
  // Reads the directives, which stand before everything else, into `file`; comments go there too.
  LineReader(const SourceFile& source, Dockerfile& file);

  // Nothing at the end of the file.
  std::optional<LogicalLine> next();
  // The lines up to the delimiter; nothing where it does not come, and then nothing is read.
  std::optional<PlacedText> read_document(std::string_view delimiter, bool strips_tabs);
  std::uint32_t last_read() const { return line_ - 1; }

 private:
  const SourceFile& source_;
  Dockerfile& file_;
  std::uint32_t line_ = 1;  // the next one

  std::string_view text_of(std::uint32_t line) const;
  void read_directives();
  bool take_comment();
};

}  // namespace crema::dockerfile
