// When the iterations of an arrival-rate executor start, for one segment, one after the other.
#pragma once

#include "crema/load/schedule/scenario.h"
#include "crema/load/schedule/segment.h"

#include <cstdint>
#include <optional>

namespace crema::load {

// Offsets from the scenario's start, in order, in constant memory however many there are.
//
// constant-arrival-rate: iteration i starts at i * floor(timeUnit / rate) nanoseconds, the first
// one at 0; as in k6, that is what is left of the rate once the period is whole nanoseconds. Starts
// at or after the duration's end are none.
// ramping-arrival-rate: iteration i starts when the area under the line of rates reaches i = 1, 2,
// ...; what a stage leaves over counts in the next one.
class ArrivalTimes {
 public:
  // `striping` is the segment's. The scenario must be valid and have one of the two executors;
  // there are no arrivals when the segment has no share of the scenario's maxVUs.
  static ArrivalTimes of(const Scenario& scenario, const Striping& striping);

  // Nothing once all iterations were started.
  std::optional<Nanoseconds> next();
  // How many of all iterations, over all segments, were started before the one that next() gave
  // last: exec.scenario.iterationInTest.
  std::int64_t index() const { return index_; }

 private:
  ArrivalTimes() = default;
  std::optional<Nanoseconds> next_constant();
  std::optional<Nanoseconds> next_ramping();
  void enter_stage();
  void advance();

  Striping striping_;
  bool constant_ = true;
  bool empty_ = false;
  std::int64_t index_ = -1;    // of the iteration given last
  std::int64_t upcoming_ = 0;  // index of the next one
  std::size_t next_offset_ = 0;
  // constant
  Nanoseconds period_{0};
  Nanoseconds end_{0};
  // ramping
  std::vector<Stage> stages_;
  std::size_t stage_ = 0;
  double unit_ = 1;           // nanoseconds of the time unit
  double from_ = 0, to_ = 0;  // rates at the stage's ends, in iterations per nanosecond
  double length_ = 0;         // of the stage, in nanoseconds
  double done_before_ = 0;    // iterations of earlier stages, with their fraction
  double done_after_ = 0;     // and with this stage
  Nanoseconds stage_start_{0};
};

}  // namespace crema::load
