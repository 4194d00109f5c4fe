#include "crema/dockerfile/placed_text.h"

#include <algorithm>

namespace crema::dockerfile {
namespace {

constexpr std::size_t kLongestPiece = 256;

std::uint32_t code_points(std::string_view text) {
  return static_cast<std::uint32_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

// A long line is several pieces, so that a place in it is found without counting all of it.
void PlacedText::append(std::string_view text, Place place) {
  do {
    const auto piece = text.substr(0, kLongestPiece);
    pieces_.push_back({text_.size(), place});
    text_ += piece;
    place.column += code_points(piece);
    text.remove_prefix(piece.size());
  } while (!text.empty());
}

void PlacedText::append(const PlacedText& other) {
  for (const auto& piece : other.pieces_)
    pieces_.push_back({text_.size() + piece.offset, piece.place});
  text_ += other.text_;
}

Place PlacedText::place_of(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto next = std::ranges::upper_bound(pieces_, offset, {}, &Piece::offset);
  if (next == pieces_.begin()) return {};
  const auto& piece = *std::prev(next);
  const auto within = std::string_view(text_).substr(piece.offset, offset - piece.offset);
  return {piece.place.line, piece.place.column + code_points(within)};
}

PlacedText PlacedText::part(std::size_t begin, std::size_t end) const {
  end = std::min(end, text_.size());
  begin = std::min(begin, end);
  PlacedText part;
  part.text_ = text_.substr(begin, end - begin);
  if (pieces_.empty()) return part;
  part.pieces_.push_back({0, place_of(begin)});
  for (const auto& piece : pieces_)
    if (piece.offset > begin && piece.offset < end)
      part.pieces_.push_back({piece.offset - begin, piece.place});
  return part;
}

}  // namespace crema::dockerfile
