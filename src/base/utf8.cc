#include "crema/base/utf8.h"

#include <cstddef>

namespace crema {
namespace {

// Bytes of the valid sequence at the start of `text`, 0 when there is none.
std::size_t valid_sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 && first <= 0xF4 ? 4
                             : first >= 0xE0                ? 3
                             : first >= 0xC2                ? 2
                                                            : 0;
  if (length == 0 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  }
  if (first == 0xE0 && byte(1) < 0xA0) return 0;
  if (first == 0xED && byte(1) > 0x9F) return 0;
  if (first == 0xF0 && byte(1) < 0x90) return 0;
  if (first == 0xF4 && byte(1) > 0x8F) return 0;
  return length;
}

}  // namespace

std::string_view valid_utf8(std::string_view text, std::string& buffer) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    const auto length = valid_sequence(text.substr(at));
    if (length == 0) break;
    at += length;
  }
  if (at == text.size()) return text;
  buffer.assign(text, 0, at);
  while (at < text.size()) {
    const auto length = valid_sequence(text.substr(at));
    if (length == 0) {
      buffer += "\xEF\xBF\xBD";
      ++at;
    } else {
      buffer.append(text, at, length);
      at += length;
    }
  }
  return buffer;
}

}  // namespace crema
