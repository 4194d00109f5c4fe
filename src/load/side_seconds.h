// Two sides that take turns, A B B A, a second each: what each of them measured in its seconds.
//
// Turns are by wall time: the script asks which second it is, and tags what it does with its side.
// A B B A lets a drift of the machine weigh on both sides alike.
#pragma once

#include "crema/load/compare/series.h"
#include "crema/load/metrics/output.h"
#include "crema/load/metrics/timeline.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace crema::load {

inline constexpr std::string_view kSideTag = "side";  // of value "a" or "b"
inline constexpr std::int64_t kTurnsOfCycle = 4;

// 'a' or 'b'; `second` counts from 1970.
char side_of(std::int64_t second);

class SideSeconds {
 public:
  // Samples without a side are passed over. What ends after its side's turn counts for that turn.
  void add(std::span<const Point> points);
  // The series of both sides from whole cycles between the two, with blocks of equal length and
  // number; block k of one ran beside block k of the other.
  struct Sides {
    RunSeries a, b;
  };
  Sides take(sys::WallTime begin, sys::WallTime end);

 private:
  Timeline a_;
  Timeline b_;
};

std::unique_ptr<Output> make_side_output(std::shared_ptr<SideSeconds> seconds);

}  // namespace crema::load
