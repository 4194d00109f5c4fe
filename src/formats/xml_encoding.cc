#include "xml_encoding.h"

#include "crema/base/strings.h"
#include "crema/base/utf8.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace crema::formats {
namespace {

void append(std::string& out, std::uint32_t code) {
  const auto byte = [&](std::uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0U | code >> 6U);
    byte(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    byte(0xE0U | code >> 12U);
    byte(0x80U | (code >> 6U & 0x3FU));
    byte(0x80U | (code & 0x3FU));
  } else {
    byte(0xF0U | code >> 18U);
    byte(0x80U | (code >> 12U & 0x3FU));
    byte(0x80U | (code >> 6U & 0x3FU));
    byte(0x80U | (code & 0x3FU));
  }
}

// An odd byte at the end and halves of pairs alone are U+FFFD.
std::string from_utf16(std::string_view text, bool big_endian) {
  constexpr std::uint32_t kUnknown = 0xFFFD;
  const auto unit = [&](std::size_t at) -> std::uint32_t {
    const auto first = static_cast<unsigned char>(text[at]);
    const auto second = static_cast<unsigned char>(text[at + 1]);
    return big_endian ? first << 8U | second : second << 8U | first;
  };
  std::string out;
  out.reserve(text.size() / 2);
  std::size_t at = 0;
  for (; at + 1 < text.size(); at += 2) {
    const auto code = unit(at);
    const bool high = code >= 0xD800 && code < 0xDC00;
    const bool low = code >= 0xDC00 && code < 0xE000;
    const auto next = high && at + 3 < text.size() ? unit(at + 2) : 0;
    if (next >= 0xDC00 && next < 0xE000) {
      append(out, 0x10000 + ((code - 0xD800) << 10U) + (next - 0xDC00));
      at += 2;
    } else {
      append(out, high || low ? kUnknown : code);
    }
  }
  if (at < text.size()) append(out, kUnknown);
  return out;
}

std::string from_latin1(std::string_view text) {
  // What Windows-1252 has in the place of control characters, which no report means.
  constexpr std::array<std::uint16_t, 32> kWindows = {
      0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
      0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
      0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    append(out, byte >= 0x80 && byte < 0xA0 ? kWindows[byte - 0x80U] : byte);
  }
  return out;
}

// Of `<?xml version="1.0" encoding="..."?>`; "" where nothing is declared.
std::string declared_encoding(std::string_view text) {
  if (!text.starts_with("<?xml")) return "";
  const auto declaration = text.substr(0, text.substr(0, 200).find("?>"));
  auto at = declaration.find("encoding");
  if (at == std::string_view::npos) return "";
  at = declaration.find_first_of("\"'", at);
  if (at == std::string_view::npos) return "";
  const auto end = declaration.find(declaration[at], at + 1);
  return end == std::string_view::npos ? "" : to_lower(declaration.substr(at + 1, end - at - 1));
}

}  // namespace

SourcePtr as_utf8(const SourcePtr& source) {
  using namespace std::string_view_literals;
  auto text = source->text();
  const auto again = [&](std::string changed) {
    return std::make_shared<const SourceFile>(source->path(), std::move(changed));
  };
  if (text.starts_with("\xFF\xFE")) return again(from_utf16(text.substr(2), false));
  if (text.starts_with("\xFE\xFF")) return again(from_utf16(text.substr(2), true));
  if (text.starts_with("<\0"sv)) return again(from_utf16(text, false));
  if (text.starts_with("\0<"sv)) return again(from_utf16(text, true));
  const bool marked = text.starts_with("\xEF\xBB\xBF");
  if (marked) text.remove_prefix(3);
  const auto declared = marked ? "" : declared_encoding(text);
  for (const auto latin1 : {"iso-8859-1", "latin1", "latin-1", "windows-1252", "cp1252"}) {
    if (declared == latin1) return again(from_latin1(text));
  }
  std::string buffer;
  const auto valid = valid_utf8(text, buffer);
  if (!marked && valid.data() == text.data() && valid.size() == text.size()) return source;
  return again(std::string(valid));
}

}  // namespace crema::formats
