// The tokens of Go's source, as far as imports and selectors need them.
#pragma once

#include <cstdint>
#include <string_view>

namespace crema::scan {

struct GoToken {
  enum class Kind : std::uint8_t { end, name, text, other };
  Kind kind = Kind::end;
  std::string_view value;  // a text with its quotes
  std::uint32_t line = 0;
};

// Comments, numbers and runes are passed over or come as `other`. What has no end goes to the end
// of its line, a raw text or a comment to the end of the file.
class GoLexer {
 public:
  explicit GoLexer(std::string_view text) : text_(text) {}
  GoToken next();

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;

  void skip_blanks();
  GoToken quoted(char quote);
  GoToken raw();
  GoToken taken(GoToken::Kind kind, std::size_t end);
};

}  // namespace crema::scan
