#include "crema/load/schedule/segment.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <queue>

namespace crema::load {
namespace {

constexpr std::int64_t kLongestRound = 10'000'000;

using Lengths = std::vector<std::int64_t>;

// Deals the things of a round: each goes to the longest segment that is not ahead of its share. A
// segment with `length` things of `round` may take its k-th (from 0) at ceil(k * round / length).
class Dealer {
 public:
  Dealer(const Lengths& lengths, std::int64_t round) : lengths_(lengths), round_(round) {
    order_.resize(lengths.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      return lengths[a] != lengths[b] ? lengths[a] > lengths[b] : a < b;
    });
    taken_.resize(lengths.size());
    for (std::size_t rank = 0; rank < order_.size(); ++rank) ready_.push(rank);
  }

  // The segment that takes the next thing. The lengths of all segments are a round together, so
  // there always is one.
  std::size_t deal() {
    while (!waiting_.empty() && waiting_.top().first <= thing_) {
      ready_.push(waiting_.top().second);
      waiting_.pop();
    }
    const std::size_t rank = ready_.top();
    ready_.pop();
    const std::size_t segment = order_[rank];
    const std::int64_t length = lengths_[segment];
    const std::int64_t next = (++taken_[segment] * round_ + length - 1) / length;
    waiting_.emplace(next, rank);
    ++thing_;
    return segment;
  }

 private:
  template <class T>
  using Smallest = std::priority_queue<T, std::vector<T>, std::greater<>>;

  const Lengths& lengths_;
  std::int64_t round_;
  std::vector<std::size_t> order_;  // segments by their length, the longest first
  Lengths taken_;
  std::int64_t thing_ = 0;
  Smallest<std::size_t> ready_;                             // places in order_
  Smallest<std::pair<std::int64_t, std::size_t>> waiting_;  // with the thing they wait for
};

// The sequence with segments in its gaps: before it, behind it, around a segment without one.
SegmentSequence filled(const ExecutionSegment& segment, SegmentSequence sequence) {
  if (sequence.empty()) sequence = {segment};
  if (Fraction{0, 1} < sequence.front().from) {
    sequence.insert(sequence.begin(), {{0, 1}, sequence.front().from});
  }
  if (sequence.back().to < Fraction{1, 1}) sequence.push_back({sequence.back().to, {1, 1}});
  return sequence;
}

// The least common denominator of the lengths; nothing when a round would be too long.
std::optional<std::int64_t> common_denominator(const std::vector<Fraction>& lengths) {
  std::int64_t common = 1;
  for (const Fraction& length : lengths) {
    if (length.denominator > kLongestRound) return std::nullopt;
    common = std::lcm(common, length.denominator);
    if (common > kLongestRound) return std::nullopt;
  }
  return common;
}

}  // namespace

Result<Striping> Striping::make(const ExecutionSegment& segment, const SegmentSequence& sequence) {
  const SegmentSequence all = filled(segment, sequence);
  const auto found = std::find(all.begin(), all.end(), segment);
  if (found == all.end()) {
    return fail("load/segment", fmt::format("the segment {} is not in the sequence {}",
                                            format_segment(segment), format_segment_sequence(all)));
  }
  if (all.size() == 1) return Striping();
  std::vector<Fraction> fractions;
  for (const auto& part : all) fractions.push_back(CREMA_TRY(segment_length(part)));
  const auto round = common_denominator(fractions);
  if (!round) {
    return fail("load/segment", fmt::format("the segments {} have no common denominator below {}",
                                            format_segment_sequence(all), kLongestRound));
  }
  Lengths lengths;
  for (const auto& length : fractions) {
    lengths.push_back(length.numerator * (*round / length.denominator));
  }
  return Striping(std::move(lengths), *round, static_cast<std::size_t>(found - all.begin()));
}

Striping::Striping(std::vector<std::int64_t> lengths, std::int64_t round, std::size_t position)
    : round_(round), lengths_(std::move(lengths)), position_(position) {
  things_.clear();
  things_.reserve(static_cast<std::size_t>(lengths_[position_]));
  Dealer dealer(lengths_, round_);
  for (std::int32_t thing = 0; thing < round_; ++thing) {
    if (dealer.deal() == position_) things_.push_back(thing);
  }
}

Result<Striping> Striping::nested(const Striping& inner) const {
  if (whole()) return inner;
  if (inner.whole()) return *this;
  // The rounds of both are over when as many own things were dealt as both numbers divide.
  const std::int64_t dealt = std::lcm(own_round(), inner.round_);
  const std::int64_t round = dealt / own_round() * round_;
  if (round > kLongestRound) {
    return fail("load/segment", fmt::format("a segment of a segment has rounds of {}; {} is the "
                                            "longest",
                                            round, kLongestRound));
  }
  Striping result;
  result.things_.clear();
  const std::int64_t own = dealt / inner.round_ * inner.own_round();
  for (std::int64_t n = 0; n < own; ++n) {
    result.things_.push_back(static_cast<std::int32_t>(thing(inner.thing(n))));
  }
  result.round_ = round;
  result.lengths_ = {own, round - own};
  return result;
}

std::int64_t Striping::scale(std::int64_t count) const {
  const auto rest = static_cast<std::int32_t>(count % round_);
  const auto in_rest = std::lower_bound(things_.begin(), things_.end(), rest) - things_.begin();
  return count / round_ * own_round() + in_rest;
}

std::vector<std::int64_t> Striping::offsets() const {
  std::vector<std::int64_t> offsets;
  offsets.reserve(things_.size());
  for (std::int64_t n = 0; n < own_round(); ++n) offsets.push_back(thing(n + 1) - thing(n));
  return offsets;
}

Fraction Striping::length() const {
  const std::int64_t common = std::gcd(own_round(), round_);
  return {own_round() / common, round_ / common};
}

Result<Striping> Striping::among(std::int64_t count) const {
  if (count < 1) return fail("load/segment", fmt::format("{} cannot be shared", count));
  if (whole() || count % round_ == 0) return *this;
  Lengths shares;
  for (const std::int64_t length : lengths_) shares.push_back(count / round_ * length);
  Dealer dealer(lengths_, round_);
  for (std::int64_t rest = count % round_; rest > 0; --rest) ++shares[dealer.deal()];
  if (shares[position_] == 0) {
    return fail("load/segment", fmt::format("the segment has no share of {}", count));
  }
  // Rounds become as short as they can be, and segments without a share are gone.
  std::int64_t common = count;
  for (const std::int64_t share : shares) common = std::gcd(common, share);
  if (count / common > kLongestRound) {
    return fail("load/segment", fmt::format("{} cannot be shared by segments: more than {}",
                                            count / common, kLongestRound));
  }
  Lengths lengths;
  std::size_t position = 0;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if (i == position_) position = lengths.size();
    if (shares[i] > 0) lengths.push_back(shares[i] / common);
  }
  return Striping(std::move(lengths), count / common, position);
}

}  // namespace crema::load
