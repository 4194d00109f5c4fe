#include "crema/load/schedule/arrival_times.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace crema::load {
namespace {

// When the area under a line from rate `from` to rate `to` over `length` reaches `area`: the root
// of from * t + (to - from) / (2 * length) * t^2 = area, in the form that does not take nearly
// equal numbers from each other.
double time_of_area(double area, double from, double to, double length) {
  if (from == to) return area / to;
  // Rounding can make what is 0 a little less.
  const double square = std::max(0.0, from * from + 2 * area * (to - from) / length);
  return 2 * area / (from + std::sqrt(square));
}

}  // namespace

ArrivalTimes::ArrivalTimes(const Scenario& scenario, Striping striping)
    : striping_(std::move(striping)),
      constant_(scenario.executor == ExecutorKind::constant_arrival_rate) {
  upcoming_ = striping_.thing(0);
  if (constant_) {
    period_ = time_unit_of(scenario) / std::max<std::int64_t>(1, rate_of(scenario));
    end_ = duration_of(scenario);
  } else {
    unit_ = static_cast<double>(time_unit_of(scenario).count());
    to_ = static_cast<double>(start_rate_of(scenario)) / unit_;
    if (scenario.stages) stages_ = *scenario.stages;
  }
}

std::optional<Nanoseconds> ArrivalTimes::next() {
  return constant_ ? next_constant() : next_ramping();
}

void ArrivalTimes::advance() {
  index_ = upcoming_;
  upcoming_ = striping_.thing(++own_);
}

std::optional<Nanoseconds> ArrivalTimes::next_constant() {
  // Once more than the end fits, so that the product cannot overflow.
  if (period_.count() == 0 || upcoming_ > end_ / period_) return std::nullopt;
  const Nanoseconds at = period_ * upcoming_;
  if (at >= end_) return std::nullopt;
  advance();
  return at;
}

bool ArrivalTimes::enter_stage() {
  if (stage_ == stages_.size()) return false;
  const Stage& stage = stages_[stage_++];
  stage_start_ += Nanoseconds(static_cast<std::int64_t>(length_));
  length_ = static_cast<double>(stage.duration.value_or(Nanoseconds(0)).count());
  from_ = to_;
  to_ = static_cast<double>(stage.target.value_or(0)) / unit_;
  done_before_ = done_after_;
  done_after_ += length_ * (from_ + to_) / 2;
  return true;
}

std::optional<Nanoseconds> ArrivalTimes::next_ramping() {
  // The first iteration is there when the area is 1.
  const auto reached = static_cast<double>(upcoming_ + 1);
  while (reached > done_after_) {
    if (!enter_stage()) return std::nullopt;
  }
  const double at = time_of_area(reached - done_before_, from_, to_, length_);
  advance();
  return stage_start_ + Nanoseconds(static_cast<std::int64_t>(std::min(at, length_)));
}

}  // namespace crema::load
