// A scanner's answer for a file as bytes, for the cache; and what notes are written with.
#pragma once

#include "crema/scan/core/scanner.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace crema::scan {

// Whole numbers in seven bits a byte, the low ones first; texts with their length before them.
class ByteWriter {
 public:
  void number(std::uint64_t value);
  void text(std::string_view value);
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Reads past the end, and lengths beyond it, give zeros and empty texts from then on: whoever reads
// asks once, at the end, whether all was well.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t number();
  std::string_view text();
  // A count of things of which each takes a byte at least.
  std::size_t count();
  bool well() const { return well_; }
  bool at_end() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool well_ = true;

  std::uint64_t broken();
};

std::string encode_answer(const FileAnswer& answer);
// None for bytes that no encode_answer of this program made.
std::optional<FileAnswer> decode_answer(std::string_view bytes);

}  // namespace crema::scan
