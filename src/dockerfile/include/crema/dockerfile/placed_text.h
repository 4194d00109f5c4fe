// Text put together from pieces of a file that knows where each of its bytes stands there: one
// instruction of several lines, the script in a here-document.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crema::dockerfile {

struct Place {
  std::uint32_t line = 0, column = 0;  // from 1, columns in code points

  friend auto operator<=>(const Place&, const Place&) = default;
};

class PlacedText {
 public:
  // `text` stands at `place` in the file, without a line break within.
  void append(std::string_view text, Place place);
  void append(const PlacedText& other);
  // As if it stood at the end of what is there: the line break between two lines.
  void append_unplaced(std::string_view text) { text_ += text; }

  const std::string& text() const { return text_; }
  // Of the byte at an offset; behind the end that of the end. Line 0 where there is no piece.
  Place place_of(std::size_t offset) const;
  // A piece of it, whose offsets count from its own begin.
  PlacedText part(std::size_t begin, std::size_t end) const;

 private:
  struct Piece {
    std::size_t offset = 0;
    Place place;
  };
  std::string text_;
  std::vector<Piece> pieces_;  // by offset
};

}  // namespace crema::dockerfile
