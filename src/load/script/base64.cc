#include "base64.h"

#include "crema/base/hash.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace crema::load {
namespace {

constexpr std::string_view kStandard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

Diagnostic wrong_at(std::size_t place) {
  return make_error("load/base64", fmt::format("illegal base64 data at input byte {}", place));
}

}  // namespace

std::string encode_base64(std::string_view bytes, Base64 form) {
  std::string text = base64_encode(bytes);
  if (!form.padded) text.resize(text.find_last_not_of('=') + 1);
  if (form.url) {
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
  }
  return text;
}

Result<std::string> decode_base64(std::string_view text, Base64 form) {
  const std::string_view alphabet = form.url ? kUrl : kStandard;
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
  std::string bytes;
  std::uint32_t group = 0;
  std::size_t digits = 0, padding = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\n' || c == '\r') continue;
    if (c == '=' && form.padded && digits % 4 >= 2 && digits % 4 + padding < 4) {
      ++padding;
      continue;
    }
    if (values[c] < 0 || padding > 0) return wrong_at(i);
    group = group << 6 | static_cast<std::uint32_t>(values[c]);
    if (++digits % 4 == 0)
      for (const int shift : {16, 8, 0}) bytes += static_cast<char>(group >> shift & 0xff);
  }
  const std::size_t rest = digits % 4;
  if (rest == 1 || (form.padded && rest != 0 && rest + padding != 4)) return wrong_at(text.size());
  if (rest == 2) bytes += static_cast<char>(group >> 4 & 0xff);
  if (rest == 3) {
    bytes += static_cast<char>(group >> 10 & 0xff);
    bytes += static_cast<char>(group >> 2 & 0xff);
  }
  return bytes;
}

}  // namespace crema::load
