#include "keyword_index.h"

#include <algorithm>
#include <map>
#include <utility>

namespace crema::scan {
namespace {

// A token may be longer than a rule's reach says: then it is on one line.
constexpr std::size_t kLongReach = 1024;
constexpr std::size_t kLongestLine = 8192;
constexpr std::size_t kLargestText = std::size_t{4} << 20U;

bool has_capital(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

void widen(std::vector<TextRange>& ranges, TextRange range) {
  if (!ranges.empty() && range.begin <= ranges.back().end)
    ranges.back().end = std::max(ranges.back().end, range.end);
  else
    ranges.push_back(range);
}

// The runs a secret of a rule may be in, from left to right; the text is read once.
class Runs {
 public:
  Runs(const SecretRule& rule, std::string_view text) : rule_(rule), text_(text) {}

  // Whether one begins in the range or goes on in it. Ranges must not begin before earlier ones.
  bool any(TextRange range) {
    if (end_ <= range.begin) begin_ = end_ = range.begin;
    while (!enough() && begin_ < range.end && begin_ < text_.size()) advance();
    return enough() && begin_ < range.end;
  }

 private:
  const SecretRule& rule_;
  std::string_view text_;
  std::size_t begin_ = 0;  // of the run that was last measured
  std::size_t end_ = 0;
  bool digit_ = false;

  bool enough() const { return digit_ && end_ - begin_ >= rule_.shortest_run; }
  void advance() {
    const auto in_run = [&](std::size_t at) {
      return rule_.run_of[static_cast<unsigned char>(text_[at])];
    };
    digit_ = false;
    for (begin_ = end_; begin_ < text_.size() && !in_run(begin_);) ++begin_;
    for (end_ = begin_; end_ < text_.size() && in_run(end_); ++end_)
      digit_ = digit_ || (text_[end_] >= '0' && text_[end_] <= '9');
  }
};

}  // namespace

KeywordIndex::KeywordIndex(const SecretRules& rules) {
  std::map<std::string, std::size_t> index;
  for (const auto& rule : rules.rules) {
    if (rule.keywords.empty()) always_.push_back(&rule);
    for (const auto& word : rule.keywords) {
      const auto [place, fresh] = index.try_emplace(word, literals_.size());
      if (fresh) {
        literals_.push_back({.text = word, .any_case = !has_capital(word)});
        wanting_.emplace_back();
      }
      auto& waiting = wanting_[place->second];
      if (waiting.empty() || waiting.back() != &rule) waiting.push_back(&rule);
    }
  }
}

// A search is for one thread at a time; one that is done is kept for the next.
template <class Use>
void KeywordIndex::search(const Use& use) const {
  std::call_once(once_, [this] {
    if (auto set = LiteralSet::create(literals_)) set_.emplace(std::move(*set));
  });
  if (!set_) return;
  std::optional<LiteralSet::Search> own;
  {
    auto kept = searches_.lock();
    if (!kept->empty()) {
      own.emplace(std::move(kept->back()));
      kept->pop_back();
    }
  }
  if (!own) {
    auto made = set_->make_search();
    if (!made) return;
    own.emplace(std::move(*made));
  }
  use(*set_, *own);
  searches_.lock()->push_back(std::move(*own));
}

// In the order of the rules.
std::vector<const SecretRule*> KeywordIndex::candidates(
    std::span<const std::uint32_t> which) const {
  auto rules = always_;
  for (const auto literal : which)
    rules.insert(rules.end(), wanting_[literal].begin(), wanting_[literal].end());
  std::ranges::sort(rules);
  const auto again = std::ranges::unique(rules);
  rules.erase(again.begin(), again.end());
  return rules;
}

std::vector<RuleSearch> KeywordIndex::without_text() const {
  std::vector<RuleSearch> searches;
  for (const auto* rule : always_) searches.push_back({.rule = rule});
  return searches;
}

std::vector<RuleSearch> KeywordIndex::of_text(std::string_view text,
                                              std::span<const std::uint32_t> which) const {
  std::vector<RuleSearch> searches;
  bool any_local = false;
  for (const auto* rule : candidates(which)) {
    any_local = any_local || rule->behind_keyword > 0;
    searches.push_back({.rule = rule});
  }
  // Of a very large text the places of words may take more memory than they save time.
  if (!any_local || text.size() > kLargestText) return searches;
  std::map<const SecretRule*, std::vector<TextRange>> ranges;
  std::map<const SecretRule*, Runs> runs;
  search([&](const LiteralSet& set, LiteralSet::Search& own) {
    std::vector<LiteralHit> hits;
    set.find(text, own, hits);
    std::size_t line_end = 0;
    for (const auto& [literal, end] : hits) {
      if (end > line_end) line_end = std::min(text.find('\n', end), text.size());
      for (const auto* rule : wanting_[literal]) {
        if (rule->behind_keyword == 0) continue;
        const auto length = literals_[literal].text.size() + rule->before_keyword;
        auto behind = end + rule->behind_keyword;
        if (rule->behind_keyword >= kLongReach)
          behind = std::max(behind, std::min(line_end + 1, end + kLongestLine));
        behind = std::min(behind, text.size());
        auto& own_ranges = ranges[rule];
        if (rule->shortest_run > 0 &&
            !runs.try_emplace(rule, *rule, text).first->second.any({end, behind}))
          continue;
        widen(own_ranges, {end - std::min(end, length), behind});
      }
    }
  });
  std::erase_if(searches, [&](RuleSearch& one) {
    const auto found = ranges.find(one.rule);
    if (found == ranges.end()) return false;
    one.ranges = std::move(found->second);
    return one.ranges.empty();
  });
  return searches;
}

// Ranges of one rule do not overlap, and no match goes beyond its range: those that touch nothing
// decoded hold only what was found in the text before.
std::vector<RuleSearch> KeywordIndex::of_decoded(const DecodedText& decoded) const {
  std::vector<std::uint32_t> which;
  search([&](const LiteralSet& set, LiteralSet::Search& own) {
    set.find_which(decoded.text(), own, which);
  });
  auto searches = of_text(decoded.text(), which);
  std::erase_if(searches, [&](RuleSearch& one) {
    if (one.ranges.empty()) return false;  // it is looked for everywhere
    std::erase_if(one.ranges, [&](TextRange range) { return !decoded.touches(range); });
    return one.ranges.empty();
  });
  return searches;
}

}  // namespace crema::scan
