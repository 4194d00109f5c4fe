// Texts in which what is encoded (percent signs, Unicode escapes, hexadecimal, base64) stands
// decoded, pass by pass, so that rules find what hides there; and the way back to where it stood.
//
// Patterns, their order and the places of what is found are those of gitleaks v8 (detect/codec).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

struct TextRange {
  std::size_t begin = 0;
  std::size_t end = 0;
  friend bool operator==(const TextRange&, const TextRange&) = default;
};

enum class Encoding : std::uint8_t { base64 = 1, hex = 2, unicode = 4, percent = 8 };

struct DecodedSegment {
  TextRange original;          // in the text of the file
  TextRange encoded;           // in the text before this pass
  TextRange decoded;           // in the text of this pass
  std::uint8_t encodings = 0;  // of this and the earlier passes
};

class DecodedText {
 public:
  // What `text` is after one pass; none where nothing in it is encoded.
  static std::optional<DecodedText> first(std::string_view text);
  // After one more; this one must outlive it.
  std::optional<DecodedText> next() const;

  const std::string& text() const { return text_; }
  const std::vector<DecodedSegment>& segments() const { return segments_; }
  // Whether something that was decoded in this pass is in the range or touches it.
  bool touches(TextRange range) const;
  // Where a range stands in the text of the file; `range` touches something decoded.
  TextRange original_of(TextRange range) const;
  // The lines of what was decoded in or beside a range.
  std::string_view lines_of(TextRange range) const;
  // "base64", "percent and hex"; of what is in or beside the range.
  std::string encodings_of(TextRange range) const;

 private:
  std::string text_;
  std::vector<DecodedSegment> segments_;  // by their places
  const DecodedText* before_ = nullptr;

  static std::optional<DecodedText> decode(std::string_view text, const DecodedText* before);
  TextRange up(TextRange range) const;
  std::pair<std::size_t, std::size_t> touching(TextRange range) const;
};

// The bytes that base64 stands for, in the usual or the URL's alphabet; none where it is neither.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace crema::scan
