// What tells a generated secret from a word.
#include "crema/scan/secrets/secret_match.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace crema::scan {
namespace {

// The pairs that make up more than half of English prose and of names in code; of random letters
// they are a tenth.
constexpr std::string_view kPairs =
    "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve "
    "co me de hi ri ro ic ne ea ra ce li ch ll be ma si om ur ca el ta la ns di fo ho pe ec pr no "
    "ct us ac ot il tr ly nc et ut ss so rs un lo wa ge ie wh ee wi em ad ol rt po we na ul ni ts "
    "mo ow pa im mi ai sh ir su id os iv ia am fi ci vi pl ig tu ev ld ry mp fe bl ab gh ty op ag "
    "ke ey ap au if ex pi av up";
constexpr double kShareOfWords = 0.5;
constexpr std::size_t kFewestPairs = 8;
constexpr std::size_t kLongNumber = 28;
constexpr std::size_t kLongestRun = 5;  // "aaaaa", "12345"

constexpr auto kIsPair = [] {
  std::array<bool, 26 * 26> is_pair{};
  for (std::size_t i = 0; i + 1 < kPairs.size(); i += 3)
    is_pair[static_cast<std::size_t>((kPairs[i] - 'a') * 26 + (kPairs[i + 1] - 'a'))] = true;
  return is_pair;
}();

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The longest run of characters that are the same, or each the one after the last.
bool has_run(std::string_view text) {
  std::size_t same = 1;
  std::size_t counted = 1;
  for (std::size_t i = 1; i < text.size(); ++i) {
    same = text[i] == text[i - 1] ? same + 1 : 1;
    counted = text[i] == text[i - 1] + 1 ? counted + 1 : 1;
    if (same >= kLongestRun || counted >= kLongestRun) return true;
  }
  return false;
}

bool is_hexadecimal(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f') || c == '-'; });
}

// Letters beside each other that are in the case of one word: a capital begins a new one. Of the
// few letters of hexadecimal numbers most pairs are usual.
bool made_of_words(std::string_view text) {
  if (is_hexadecimal(text)) return false;
  std::size_t pairs = 0;
  std::size_t usual = 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char a = text[i - 1];
    const char b = text[i];
    if (!is_letter(a) || !is_letter(b)) continue;
    if (lower(a) == a && lower(b) != b) continue;
    ++pairs;
    usual += kIsPair[static_cast<std::size_t>((lower(a) - 'a') * 26 + (lower(b) - 'a'))] ? 1 : 0;
  }
  return pairs >= kFewestPairs &&
         static_cast<double>(usual) > kShareOfWords * static_cast<double>(pairs);
}

}  // namespace

double entropy_of(std::string_view text) {
  std::array<std::size_t, 256> counts{};
  for (const char c : text) ++counts[static_cast<unsigned char>(c)];
  double entropy = 0;
  for (const auto count : counts) {
    if (count == 0) continue;
    const double share = static_cast<double>(count) / static_cast<double>(text.size());
    entropy -= share * std::log2(share);
  }
  return entropy;
}

bool looks_random(std::string_view text) {
  const bool letters = std::ranges::any_of(text, is_letter) || text.size() >= kLongNumber;
  return letters && std::ranges::any_of(text, is_digit) && !has_run(text) && !made_of_words(text);
}

}  // namespace crema::scan
