// Filter patterns after GitHub's "filter pattern cheat sheet".
#include "filter.h"

#include "crema/workflow/trigger.h"

#include <algorithm>
#include <vector>

namespace crema::workflow {
namespace {

// What one element of a pattern takes.
struct Element {
  enum class Kind : std::uint8_t {
    character,
    set,          // [...]
    segment,      // *: anything without a slash
    anything,     // **
    directories,  // **/ at a segment's start: any number of directories, also none
  };
  enum class Times : std::uint8_t { once, optional, repeated };

  Kind kind = Kind::character;
  Times times = Times::once;
  char character = 0;
  std::string_view set;
};

class PatternReader {
 public:
  explicit PatternReader(std::string_view pattern) : pattern_(pattern) {}

  std::vector<Element> read() {
    std::vector<Element> elements;
    while (at_ < pattern_.size()) {
      const char c = pattern_[at_];
      if ((c == '?' || c == '+') && quantify(elements, c)) continue;
      elements.push_back(element());
    }
    return elements;
  }

 private:
  // `?` and `+` tell how often the character or set before them may stand.
  bool quantify(std::vector<Element>& elements, char c) {
    if (elements.empty()) return false;
    Element& last = elements.back();
    const bool countable = last.kind == Element::Kind::character || last.kind == Element::Kind::set;
    if (!countable || last.times != Element::Times::once) return false;
    last.times = c == '?' ? Element::Times::optional : Element::Times::repeated;
    ++at_;
    return true;
  }

  Element element() {
    const char c = pattern_[at_];
    if (c == '*') return stars();
    if (c == '[') {
      const std::size_t close = pattern_.find(']', at_ + 1);
      if (close != std::string_view::npos) {
        const std::string_view set = pattern_.substr(at_ + 1, close - at_ - 1);
        at_ = close + 1;
        return {.kind = Element::Kind::set, .set = set};
      }
    }
    if (c == '\\' && at_ + 1 < pattern_.size()) ++at_;
    return {.character = pattern_[at_++]};
  }

  Element stars() {
    const std::size_t start = at_;
    while (at_ < pattern_.size() && pattern_[at_] == '*') ++at_;
    if (at_ - start == 1) return {.kind = Element::Kind::segment};
    const bool opens_segment = start == 0 || pattern_[start - 1] == '/';
    if (opens_segment && at_ < pattern_.size() && pattern_[at_] == '/') {
      ++at_;
      return {.kind = Element::Kind::directories};
    }
    return {.kind = Element::Kind::anything};
  }

  std::string_view pattern_;
  std::size_t at_ = 0;
};

bool in_set(std::string_view set, char c) {
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (i + 2 < set.size() && set[i + 1] == '-') {
      if (c >= set[i] && c <= set[i + 2]) return true;
      i += 2;
    } else if (set[i] == c) {
      return true;
    }
  }
  return false;
}

bool takes(const Element& element, char c) {
  return element.kind == Element::Kind::set ? in_set(element.set, c) : element.character == c;
}

// All places of the text that can be reached with the elements so far; at most the text's length
// times the pattern's steps, whatever the pattern.
using Places = std::vector<bool>;

// From each reached place the element may take one character or more.
void spread(Places& places, std::string_view text, bool over_slashes) {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (places[i] && (over_slashes || text[i] != '/')) places[i + 1] = true;
}

Places after_directories(const Places& before, std::string_view text) {
  Places after = before;
  bool open = false;  // whether a directory may have begun before this character
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '/' && open) after[i + 1] = true;
    open = open || before[i];
  }
  return after;
}

Places after_counted(const Element& element, const Places& before, std::string_view text) {
  Places after(before.size(), false);
  const bool repeated = element.times == Element::Times::repeated;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((before[i] || (repeated && after[i])) && takes(element, text[i])) after[i + 1] = true;
  if (element.times == Element::Times::optional)
    for (std::size_t i = 0; i < before.size(); ++i) after[i] = after[i] || before[i];
  return after;
}

}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view text) {
  Places places(text.size() + 1, false);
  places[0] = true;
  for (const Element& element : PatternReader(pattern).read()) {
    switch (element.kind) {
      case Element::Kind::segment:
      case Element::Kind::anything:
        spread(places, text, element.kind == Element::Kind::anything);
        break;
      case Element::Kind::directories:
        places = after_directories(places, text);
        break;
      default:
        places = after_counted(element, places, text);
    }
  }
  return places[text.size()];
}

FilterVerdict apply_filter(std::span<const std::string> patterns, std::string_view text) {
  FilterVerdict verdict;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    std::string_view pattern = patterns[i];
    const bool negative = pattern.starts_with('!');
    if (negative) pattern.remove_prefix(1);
    if (!matches_pattern(pattern, text)) continue;
    verdict.matches = !negative;
    verdict.decided_by = i;
  }
  return verdict;
}

bool matches_filter(std::span<const std::string> patterns, std::string_view text) {
  return apply_filter(patterns, text).matches;
}

}  // namespace crema::workflow
