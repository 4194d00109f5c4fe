// Execution segments: which share of a test one of several instances carries, exactly, so that the
// instances together do what one alone would do.
#pragma once

#include "crema/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crema::load {

// An exact rational number, kept in lowest terms with a positive denominator.
struct Fraction {
  std::int64_t numerator = 0;
  std::int64_t denominator = 1;

  bool operator==(const Fraction&) const = default;
  bool operator<(const Fraction& other) const;
  double value() const { return static_cast<double>(numerator) / static_cast<double>(denominator); }
};

// "1/4", "0.25", "2.5e-1", "25%". Fails with "load/segment" for what is no number or needs more
// than 62 bits above or below the line.
Result<Fraction> parse_fraction(std::string_view text);
std::string format_fraction(const Fraction& fraction);  // "1/4", "1"

// The part (from, to] of all work, 0 <= from < to <= 1.
struct ExecutionSegment {
  Fraction from = {0, 1};
  Fraction to = {1, 1};

  bool operator==(const ExecutionSegment&) const = default;
};

// "1/4:1/2" is a part in the middle; a single value is the end of a part that starts at 0; "" is
// everything. Fails with "load/segment".
Result<ExecutionSegment> parse_segment(std::string_view text);
std::string format_segment(const ExecutionSegment& segment);  // "1/4:1/2"
// The length of a segment, to - from.
Result<Fraction> segment_length(const ExecutionSegment& segment);

// The part of `parent` that `child` is of everything: (1/2, 1] of (0, 1/2] is (1/4, 1/2].
Result<ExecutionSegment> sub_segment(const ExecutionSegment& parent, const ExecutionSegment& child);
// `parts` segments of equal length that follow each other; 1 at least.
Result<std::vector<ExecutionSegment>> split_segment(const ExecutionSegment& segment,
                                                    std::int64_t parts);

// Segments that follow each other without gaps; empty means one that is everything.
using SegmentSequence = std::vector<ExecutionSegment>;

// "0,1/4,1/2,1": the points between the segments, two at least. "" is an empty sequence. Fails with
// "load/segment".
Result<SegmentSequence> parse_segment_sequence(std::string_view text);
std::string format_segment_sequence(const SegmentSequence& sequence);

// How one segment of a sequence shares indivisible things (users, iterations, ticks) with the
// others. Things count from 0. They are dealt in rounds as long as the least common denominator of
// the segments' lengths; within a round each segment takes its things as far apart as possible,
// the longer segments first. A round has at most 10,000,000 things.
class Striping {
 public:
  Striping() = default;  // everything: takes each thing

  // Gaps before, after and around the sequence are filled by segments of their own. Fails with
  // "load/segment" when the sequence does not hold the segment, or a round would be too long.
  static Result<Striping> make(const ExecutionSegment& segment, const SegmentSequence& sequence);

  bool whole() const { return lengths_.empty(); }
  // The share of this segment in `count` things, dealt from the first one on.
  std::int64_t scale(std::int64_t count) const;
  // The n-th thing of this segment among all; both count from 0.
  std::int64_t thing(std::int64_t n) const {
    if (whole()) return n;
    return n / own_round() * round_ + things_[static_cast<std::size_t>(n % own_round())];
  }
  // The distances from thing to thing, until they repeat.
  std::vector<std::int64_t> offsets() const;
  std::int64_t round() const { return round_; }
  // The length of this segment as a fraction of everything.
  Fraction length() const;

  // The striping in which every segment is as long as its share of `count` things: what k6 deals
  // iterations by, so that instances get them in proportion to their users. Fails when this segment
  // has no share of `count`.
  Result<Striping> among(std::int64_t count) const;

  // The share that `inner` is of this segment's things: how an instance deals what is its own to
  // its threads. Fails with "load/segment" when a round would be too long. among() comes before it.
  Result<Striping> nested(const Striping& inner) const;

 private:
  Striping(std::vector<std::int64_t> lengths, std::int64_t round, std::size_t position);
  std::int64_t own_round() const { return static_cast<std::int64_t>(things_.size()); }

  std::int64_t round_ = 1;
  std::vector<std::int32_t> things_ = {0};  // of this segment in a round
  std::vector<std::int64_t> lengths_;       // of all segments, in things of a round; empty: whole
  std::size_t position_ = 0;                // of this segment among them
};

}  // namespace crema::load
