#include "crema/load/metrics/timeline.h"

#include <algorithm>
#include <cmath>

namespace crema::load {
namespace {

constexpr std::int64_t kNanoseconds = 1'000'000'000;

using Counts = std::vector<std::pair<std::uint32_t, std::uint64_t>>;

void merge_counts(Counts& into, const Counts& other) {
  for (const auto& [code, count] : other) {
    const auto place = std::ranges::lower_bound(into, code, {}, &Counts::value_type::first);
    if (place != into.end() && place->first == code)
      place->second += count;
    else
      into.insert(place, {code, count});
  }
}

std::uint64_t whole(double value) {
  return value <= 0 ? 0 : static_cast<std::uint64_t>(std::min(value, 9e18));
}

}  // namespace

void Second::merge(const Second& other) {
  merge_into(durations, other.durations);
  merge_into(intended, other.intended);
  merge_counts(failures, other.failures);
  duration_sum += other.duration_sum;
  requests += other.requests;
  failed += other.failed;
  iterations += other.iterations;
  dropped_iterations += other.dropped_iterations;
  checks_passed += other.checks_passed;
  checks_failed += other.checks_failed;
  data_sent += other.data_sent;
  data_received += other.data_received;
  if (other.vus) vus = std::max(vus.value_or(0), *other.vus);
}

Timeline::Open& Timeline::open(std::int64_t second) {
  Open& found = open_[second];
  found.counts.second = second;
  return found;
}

Timeline::Open& Timeline::at(sys::WallTime time) {
  const auto since = std::chrono::nanoseconds(time.time_since_epoch()).count();
  // Nearly every sample is of the same second as the one before.
  if (last_ == nullptr || since < last_begin_ || since - last_begin_ >= kNanoseconds) {
    const auto second = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
    last_ = &open(second);
    last_begin_ = second * kNanoseconds;
  }
  return *last_;
}

void Timeline::add_failure(std::uint32_t code, sys::WallTime time) { ++at(time).failures[code]; }

void Timeline::add(Meaning meaning, double value, sys::WallTime time) {
  Open& open = at(time);
  Second& counts = open.counts;
  switch (meaning) {
    case Meaning::none:
      break;
    case Meaning::duration:
      open.durations.add(value);
      counts.duration_sum += whole(std::round(value * 1e6));
      break;
    case Meaning::intended:
      open.intended.add(value);
      break;
    case Meaning::requests:
      counts.requests += whole(value);
      break;
    case Meaning::failed:
      counts.failed += value != 0 ? 1U : 0U;
      break;
    case Meaning::iterations:
      counts.iterations += whole(value);
      break;
    case Meaning::dropped_iterations:
      counts.dropped_iterations += whole(value);
      break;
    case Meaning::checks:
      ++(value != 0 ? counts.checks_passed : counts.checks_failed);
      break;
    case Meaning::data_sent:
      counts.data_sent += whole(value);
      break;
    case Meaning::data_received:
      counts.data_received += whole(value);
      break;
    case Meaning::vus:
      counts.vus = whole(value);
      break;
  }
}

std::vector<Second> Timeline::take() {
  std::vector<Second> taken;
  for (auto& [second, open] : open_) {
    open.counts.durations = open.durations.sparse();
    open.counts.intended = open.intended.sparse();
    open.counts.failures.assign(open.failures.begin(), open.failures.end());
    taken.push_back(std::move(open.counts));
  }
  open_.clear();
  last_ = nullptr;
  return taken;
}

}  // namespace crema::load
