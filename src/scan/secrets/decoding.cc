#include "crema/scan/secrets/decoding.h"

#include "crema/base/strings.h"

#include <algorithm>
#include <array>
#include <utility>

namespace crema::scan {
namespace {

constexpr std::size_t kShortestBase64 = 16;
constexpr std::size_t kShortestHex = 32;
constexpr std::uint8_t kNoDigit = 255;

struct CharacterKinds {
  std::array<std::uint8_t, 256> hex{};
  std::array<std::uint8_t, 256> base64{};  // its value; '-' and '_' are 62 and 63
  std::array<bool, 256> starts{};          // what an encoded text may begin with

  constexpr CharacterKinds() {
    hex.fill(kNoDigit);
    base64.fill(kNoDigit);
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < kAlphabet.size(); ++i)
      base64[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
    base64['-'] = 62;
    base64['_'] = 63;
    for (int i = 0; i < 10; ++i) hex['0' + i] = static_cast<std::uint8_t>(i);
    for (int i = 0; i < 6; ++i) {
      hex['a' + i] = static_cast<std::uint8_t>(10 + i);
      hex['A' + i] = static_cast<std::uint8_t>(10 + i);
    }
    for (std::size_t i = 0; i < starts.size(); ++i) starts[i] = base64[i] != kNoDigit;
    starts['%'] = starts['\\'] = true;
  }
};
constexpr CharacterKinds kKinds;

std::uint8_t hex_of(char c) { return kKinds.hex[static_cast<unsigned char>(c)]; }
std::uint8_t base64_of(char c) { return kKinds.base64[static_cast<unsigned char>(c)]; }
bool printable(unsigned char c) { return c > 0x08 && c < 0x7f; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r'; }

bool hex_digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return false;
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at),
                     text.begin() + static_cast<std::ptrdiff_t>(at + count),
                     [](char c) { return hex_of(c) != kNoDigit; });
}

struct Encoded {
  TextRange range;
  Encoding encoding = Encoding::base64;
};

// Finds what may be encoded, from left to right; at one place the more special one first.
class Search {
 public:
  explicit Search(std::string_view text) : text_(text) {}

  std::vector<Encoded> all() {
    std::vector<Encoded> found;
    std::size_t at = 0;
    while (at < text_.size()) {
      if (!kKinds.starts[static_cast<unsigned char>(text_[at])]) {
        ++at;
        continue;
      }
      if (const auto one = at_place(at)) {
        found.push_back(*one);
        at = one->range.end;
      } else {
        ++at;
      }
    }
    return without_weaker(found);
  }

 private:
  std::string_view text_;
  std::size_t run_end_ = 0;      // of the run of base64's characters that was last measured
  std::size_t last_escape_ = 0;  // the end of the last %41 on the line that ends at line_end_
  std::size_t line_end_ = 0;

  std::optional<Encoded> at_place(std::size_t at) {
    std::size_t end = 0;
    const char c = text_[at];
    if (c == '%') {
      if (!hex_digits(text_, at + 1, 2)) return std::nullopt;
      return Encoded{{at, end_of_percent(at)}, Encoding::percent};
    }
    if (c == 'U' && (end = end_of_points(at)) > at) return Encoded{{at, end}, Encoding::unicode};
    if (c == '\\') {
      if ((end = end_of_escapes(at)) > at) return Encoded{{at, end}, Encoding::unicode};
      return std::nullopt;
    }
    if (at >= run_end_)
      for (run_end_ = at; run_end_ < text_.size() && base64_of(text_[run_end_]) != kNoDigit;)
        ++run_end_;
    if (run_end_ - at < kShortestBase64) return std::nullopt;
    for (end = at; end < run_end_ && hex_of(text_[end]) != kNoDigit;) ++end;
    if (end - at >= kShortestHex) return Encoded{{at, end}, Encoding::hex};
    end = run_end_;
    for (int i = 0; i < 2 && end < text_.size() && text_[end] == '='; ++i) ++end;
    return Encoded{{at, end}, Encoding::base64};
  }

  // Up to the last escape on its line.
  std::size_t end_of_percent(std::size_t at) {
    if (at >= line_end_) {
      line_end_ = std::min(text_.find('\n', at), text_.size());
      last_escape_ = at + 3;
      for (auto back = line_end_; back >= at + 6; --back)
        if (text_[back - 3] == '%' && hex_digits(text_, back - 2, 2)) {
          last_escape_ = back;
          break;
        }
    }
    return std::max(last_escape_, at + 3);
  }

  // U+0041 and a space or the end, as often as it goes on.
  std::size_t end_of_points(std::size_t at) const {
    auto end = at;
    while (text_.substr(end).starts_with("U+") && hex_digits(text_, end + 2, 4)) {
      const auto behind = end + 6;
      if (behind == text_.size()) return behind;
      if (!is_space(text_[behind])) break;
      end = behind + 1;
    }
    return end;
  }

  // \\u0041 with one or two backslashes, as often as it goes on.
  std::size_t end_of_escapes(std::size_t at) const {
    auto end = at;
    for (;;) {
      auto u = end;
      while (u < text_.size() && text_[u] == '\\' && u - end < 2) ++u;
      if (u == end || u >= text_.size() || (text_[u] != 'u' && text_[u] != 'U') ||
          !hex_digits(text_, u + 1, 4))
        return end;
      end = u + 5;
    }
  }

  // One that touches a more special one waits for the next pass.
  static std::vector<Encoded> without_weaker(const std::vector<Encoded>& found) {
    std::vector<Encoded> kept;
    for (std::size_t i = 0; i < found.size(); ++i) {
      const bool after = i > 0 && found[i - 1].range.end == found[i].range.begin &&
                         found[i - 1].encoding > found[i].encoding;
      const bool before = i + 1 < found.size() && found[i].range.end == found[i + 1].range.begin &&
                          found[i + 1].encoding > found[i].encoding;
      if (!after && !before) kept.push_back(found[i]);
    }
    return kept;
  }
};

bool has_digit(std::string_view text, std::string_view also = {}) {
  return std::ranges::any_of(text, [&](char c) {
    return (c >= '0' && c <= '9') || also.find(c) != std::string_view::npos;
  });
}

void append_utf8(std::uint32_t point, std::string& text) {
  if (point < 0x80) {
    text += static_cast<char>(point);
  } else if (point < 0x800) {
    text += static_cast<char>(0xc0U | (point >> 6U));
    text += static_cast<char>(0x80U | (point & 0x3fU));
  } else {
    text += static_cast<char>(0xe0U | (point >> 12U));
    text += static_cast<char>(0x80U | ((point >> 6U) & 0x3fU));
    text += static_cast<char>(0x80U | (point & 0x3fU));
  }
}

// All of these give "" for what they cannot read as printable ASCII: it stays as it is.
std::string from_percent(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%' || !hex_digits(text, i + 1, 2)) {
      decoded += text[i];
      continue;
    }
    const auto byte = static_cast<unsigned char>(hex_of(text[i + 1]) * 16 + hex_of(text[i + 2]));
    if (!printable(byte)) return "";
    decoded += static_cast<char>(byte);
    i += 2;
  }
  return decoded;
}

std::string from_unicode(std::string_view text) {
  std::string decoded;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto digits = text[at] == 'U' ? at + 2 : text.find_first_of("uU", at) + 1;
    std::uint32_t point = 0;
    for (std::size_t i = 0; i < 4; ++i) point = point * 16 + hex_of(text[digits + i]);
    append_utf8(point, decoded);
    at = digits + 4;
    while (at < text.size() && is_space(text[at])) ++at;
  }
  return decoded;
}

std::string from_hex(std::string_view text) {
  if (text.size() % 2 != 0 || !has_digit(text)) return "";
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto byte = static_cast<unsigned char>(hex_of(text[i]) * 16 + hex_of(text[i + 1]));
    if (!printable(byte)) return "";
    decoded += static_cast<char>(byte);
  }
  return decoded;
}

std::string from_base64(std::string_view text) {
  // Names in code have none of these; to leave them out costs a hundredth of what is encoded.
  if (!has_digit(text, "+/-_")) return "";
  // Most of what looks like it is not: the first bytes tell.
  const auto head = decode_base64(text.substr(0, 8));
  if (!head || !std::ranges::all_of(*head, printable)) return "";
  auto decoded = decode_base64(text);
  return decoded && std::ranges::all_of(*decoded, printable) ? std::move(*decoded) : "";
}

std::string decoded_of(const Encoded& one, std::string_view text) {
  switch (one.encoding) {
    case Encoding::percent:
      return from_percent(text);
    case Encoding::unicode:
      return from_unicode(text);
    case Encoding::hex:
      return from_hex(text);
    case Encoding::base64:
      return from_base64(text);
  }
  return "";
}

bool touch(TextRange a, TextRange b) { return b.begin <= a.end && b.end >= a.begin; }

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
  const bool padded = text.ends_with('=');
  const bool url = text.find_first_of("-_") != std::string_view::npos;
  if (url && (padded || text.find_first_of("+/") != std::string_view::npos)) return std::nullopt;
  if (padded && text.size() % 4 != 0) return std::nullopt;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  // Without its padding only the URL's alphabet is usual, which has neither of these.
  if (!padded && text.size() % 4 != 0 && text.find_first_of("+/") != std::string_view::npos)
    return std::nullopt;
  std::string decoded;
  decoded.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto value = base64_of(c);
    if (value == kNoDigit) return std::nullopt;
    bits = (bits << 6U) | value;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    decoded += static_cast<char>((bits >> static_cast<unsigned>(count)) & 0xffU);
  }
  return decoded;
}

std::optional<DecodedText> DecodedText::decode(std::string_view text, const DecodedText* before) {
  DecodedText result;
  result.before_ = before;
  std::size_t copied = 0;
  for (const auto& one : Search(text).all()) {
    const auto decoded =
        decoded_of(one, text.substr(one.range.begin, one.range.end - one.range.begin));
    if (decoded.empty()) continue;
    result.text_ += text.substr(copied, one.range.begin - copied);
    DecodedSegment segment{.encoded = one.range,
                           .encodings = static_cast<std::uint8_t>(one.encoding)};
    segment.original = before == nullptr ? one.range : before->up(one.range);
    segment.decoded = {result.text_.size(), result.text_.size() + decoded.size()};
    if (before != nullptr) {
      const auto [first, last] = before->touching(one.range);
      for (auto i = first; i < last; ++i) segment.encodings |= before->segments_[i].encodings;
    }
    result.text_ += decoded;
    copied = one.range.end;
    result.segments_.push_back(segment);
  }
  if (result.segments_.empty()) return std::nullopt;
  result.text_ += text.substr(copied);
  return result;
}

std::optional<DecodedText> DecodedText::first(std::string_view text) {
  return decode(text, nullptr);
}

std::optional<DecodedText> DecodedText::next() const { return decode(text_, this); }

// The segments that are in a range or touch it, as their numbers from .first to before .second.
std::pair<std::size_t, std::size_t> DecodedText::touching(TextRange range) const {
  const auto first = std::ranges::partition_point(
      segments_, [&](const auto& one) { return one.decoded.end < range.begin; });
  const auto last = std::partition_point(
      first, segments_.end(), [&](const auto& one) { return one.decoded.begin <= range.end; });
  return {static_cast<std::size_t>(first - segments_.begin()),
          static_cast<std::size_t>(last - segments_.begin())};
}

bool DecodedText::touches(TextRange range) const {
  const auto [first, last] = touching(range);
  return first < last;
}

// To the text of the file, pass by pass. What lies within one segment is all of that segment.
TextRange DecodedText::up(TextRange range) const {
  for (const auto* pass = this; pass != nullptr; pass = pass->before_) {
    const auto [first, last] = pass->touching(range);
    TextRange encoded;
    for (auto i = first; i < last; ++i) {
      const auto& segment = pass->segments_[i];
      if (!touch(segment.decoded, range)) continue;
      if (segment.decoded.begin <= range.begin && range.end <= segment.decoded.end)
        return segment.original;
      const auto begin = segment.encoded.begin + std::min(segment.decoded.begin, range.begin) -
                         segment.decoded.begin;
      const auto end =
          segment.encoded.end + std::max(segment.decoded.end, range.end) - segment.decoded.end;
      encoded = encoded.end == 0
                    ? TextRange{begin, end}
                    : TextRange{std::min(encoded.begin, begin), std::max(encoded.end, end)};
    }
    if (encoded.end != 0) {
      range = encoded;
      continue;
    }
    // Beside all segments: moved by what those before it have shrunk or grown.
    if (first == 0) continue;
    const auto& before = pass->segments_[first - 1];
    const auto length = range.end - range.begin;
    range.begin = before.encoded.end + (range.begin - before.decoded.end);
    range.end = range.begin + length;
  }
  return range;
}

TextRange DecodedText::original_of(TextRange range) const { return up(range); }

std::string_view DecodedText::lines_of(TextRange range) const {
  const auto [first, last] = touching(range);
  if (first == last) return text_;
  // Of a line of megabytes only the surroundings.
  constexpr std::size_t kFarthest = std::size_t{16} << 10U;
  const std::string_view all(text_);
  const auto begin = segments_[first].decoded.begin;
  const auto earliest = begin - std::min(begin, kFarthest);
  const auto before = all.substr(earliest, begin - earliest).rfind('\n');
  const auto from = before == std::string_view::npos ? earliest : earliest + before + 1;
  const auto end = segments_[last - 1].decoded.end;
  const auto after = all.substr(end, kFarthest);
  return all.substr(from, end + std::min(after.find('\n'), after.size()) - from);
}

std::string DecodedText::encodings_of(TextRange range) const {
  const auto [first, last] = touching(range);
  unsigned all = 0;
  for (auto i = first; i < last; ++i) all |= segments_[i].encodings;
  std::vector<std::string> names;
  constexpr std::pair<Encoding, const char*> kNames[] = {{Encoding::percent, "percent"},
                                                         {Encoding::unicode, "Unicode"},
                                                         {Encoding::hex, "hexadecimal"},
                                                         {Encoding::base64, "base64"}};
  for (const auto& [encoding, name] : kNames)
    if ((all & static_cast<unsigned>(encoding)) != 0) names.emplace_back(name);
  return join(names, " and ");
}

}  // namespace crema::scan
