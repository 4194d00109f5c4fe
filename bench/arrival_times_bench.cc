// What the next arrival costs: `./dev bench arrival_times`. Hours of a ramp and of a level at
// 20,000 iterations a second, whole and as one segment of several.
#include "crema/load/schedule/arrival_times.h"
#include "crema/load/schedule/executor.h"

#include <fmt/format.h>

#include <chrono>

namespace {

using namespace crema::load;
using namespace std::chrono_literals;

void measure(std::string_view name, const Scenario& scenario, const Striping& striping) {
  ArrivalTimes times(scenario, iteration_striping(scenario, striping).value());
  std::int64_t count = 0;
  std::int64_t sum = 0;
  const auto begin = std::chrono::steady_clock::now();
  while (const auto at = times.next()) {
    ++count;
    sum += at->count();
  }
  const auto took = std::chrono::steady_clock::now() - begin;
  fmt::print("{:<32} {:>10} arrivals, {:5.1f} ns each (last sum {})\n", name, count,
             std::chrono::duration<double, std::nano>(took).count() / static_cast<double>(count),
             sum % 1000);
}

}  // namespace

int main() {
  Scenario level;
  level.executor = ExecutorKind::constant_arrival_rate;
  level.rate = 20'000;
  level.duration = 1h;
  level.pre_allocated_vus = 100;
  Scenario ramp;
  ramp.executor = ExecutorKind::ramping_arrival_rate;
  ramp.stages = {{30min, 20'000}, {30min, 20'000}, {30min, 0}};
  ramp.pre_allocated_vus = 100;
  const auto sequence = parse_segment_sequence("0,1/7,2/5,11/20,1").value();
  const auto part = Striping::make(sequence[2], sequence).value();
  measure("constant-arrival-rate", level, {});
  measure("constant-arrival-rate, a segment", level, part);
  measure("ramping-arrival-rate", ramp, {});
  measure("ramping-arrival-rate, a segment", ramp, part);
  return 0;
}
