// When the iterations of an arrival-rate executor start, for one segment, one after the other.
#pragma once

#include "crema/load/schedule/scenario.h"
#include "crema/load/schedule/segment.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace crema::load {

// Offsets from the scenario's start, in order, in constant memory however many there are.
//
// constant-arrival-rate: iteration i starts at i * floor(timeUnit / rate) nanoseconds, the first
// one at 0; as in k6, what the period loses by being whole nanoseconds is not made up for. There is
// none at the end of the duration or after it.
// ramping-arrival-rate: iteration i starts when the area under the line of rates reaches i = 1, 2,
// ..., the last one possibly at the very end; what a stage leaves over counts in the next one.
class ArrivalTimes {
 public:
  // The scenario must have no problems and one of the two executors; `striping` is what
  // iteration_striping() gave for it.
  ArrivalTimes(const Scenario& scenario, Striping striping);

  // Nothing once all iterations were started.
  std::optional<Nanoseconds> next();
  // Which of all iterations, over all segments and from 0, next() gave last:
  // exec.scenario.iterationInTest. -1 before the first.
  std::int64_t index() const { return index_; }

 private:
  std::optional<Nanoseconds> next_constant();
  std::optional<Nanoseconds> next_ramping();
  bool enter_stage();
  void advance();

  Striping striping_;
  bool constant_;
  std::int64_t index_ = -1;    // of the iteration given last
  std::int64_t upcoming_ = 0;  // of the next one
  std::int64_t own_ = 0;       // the next one among those of this segment
  // constant
  Nanoseconds period_{0};
  Nanoseconds end_{0};
  // ramping; rates are iterations a nanosecond
  std::vector<Stage> stages_;
  std::size_t stage_ = 0;  // the next one to enter
  double unit_ = 1;        // the time unit in nanoseconds
  double from_ = 0;
  double to_ = 0;
  double length_ = 0;       // of the stage, in nanoseconds
  double done_before_ = 0;  // iterations of the stages before, with the fraction of the last one
  double done_after_ = 0;   // and of this stage
  Nanoseconds stage_start_{0};
};

}  // namespace crema::load
