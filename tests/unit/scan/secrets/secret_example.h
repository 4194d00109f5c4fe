// Examples of secrets, completed while a test runs: none is written down, so that no tool finds one
// in this repository.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace crema::scan {

class SecretExamples {
 public:
  // Puts characters in the place of each {{random:KIND:N}}: the same ones in each run.
  std::string complete(std::string_view text) {
    constexpr std::string_view kOpen = "{{random:";
    std::string done;
    for (;;) {
      const auto at = text.find(kOpen);
      const auto end = text.find("}}", at);
      if (at == std::string_view::npos || end == std::string_view::npos) return done.append(text);
      done.append(text.substr(0, at));
      const auto inside = text.substr(at + kOpen.size(), end - at - kOpen.size());
      const auto colon = inside.find(':');
      std::size_t count = 0;
      std::from_chars(inside.data() + colon + 1, inside.data() + inside.size(), count);
      done += characters(inside.substr(0, colon), count);
      text.remove_prefix(end + 2);
    }
  }

  std::string characters(std::string_view kind, std::size_t count) {
    if (kind == "uuid")
      return some("0123456789abcdef", 8) + "-" + some("0123456789abcdef", 4) + "-" +
             some("0123456789abcdef", 4) + "-" + some("0123456789abcdef", 4) + "-" +
             some("0123456789abcdef", 12);
    struct Alphabet {
      std::string_view kind, characters;
    };
    constexpr Alphabet kAlphabets[] = {
        {"hex", "0123456789abcdef"},
        {"digit", "0123456789"},
        {"lower", "abcdefghijklmnopqrstuvwxyz0123456789"},
        {"upper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"},
        {"letters", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"},
        {"alnum", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"},
        {"word", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"},
        {"base64", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"},
        {"base32", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"},
        {"bech32", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"}};
    for (const auto& [name, all] : kAlphabets)
      if (name == kind) return some(all, count);
    return "unknown kind";
  }

 private:
  std::uint64_t state_ = 0x5eed;

  std::string some(std::string_view all, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
      state_ = state_ * 6364136223846793005U + 1442695040888963407U;
      text += all[(state_ >> 33U) % all.size()];
    }
    return text;
  }
};

}  // namespace crema::scan
