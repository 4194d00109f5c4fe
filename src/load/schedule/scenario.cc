#include "crema/load/schedule/scenario.h"

#include <algorithm>

namespace crema::load {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, kExecutorKinds> kNames = {
    "constant-vus", "shared-iterations",     "per-vu-iterations",
    "ramping-vus",  "constant-arrival-rate", "ramping-arrival-rate"};

}  // namespace

std::string_view executor_name(ExecutorKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

std::optional<ExecutorKind> executor_named(std::string_view name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<ExecutorKind>(found - kNames.begin());
}

Nanoseconds start_time_of(const Scenario& s) { return s.start_time.value_or(0s); }
Nanoseconds graceful_stop_of(const Scenario& s) { return s.graceful_stop.value_or(30s); }
Nanoseconds duration_of(const Scenario& s) { return s.duration.value_or(0s); }
Nanoseconds max_duration_of(const Scenario& s) { return s.max_duration.value_or(10min); }
Nanoseconds graceful_ramp_down_of(const Scenario& s) { return s.graceful_ramp_down.value_or(30s); }
Nanoseconds time_unit_of(const Scenario& s) { return s.time_unit.value_or(1s); }
std::int64_t vus_of(const Scenario& s) { return s.vus.value_or(1); }
std::int64_t iterations_of(const Scenario& s) { return s.iterations.value_or(1); }
std::int64_t start_vus_of(const Scenario& s) { return s.start_vus.value_or(1); }
std::int64_t start_rate_of(const Scenario& s) { return s.start_rate.value_or(0); }
std::int64_t rate_of(const Scenario& s) { return s.rate.value_or(0); }
std::int64_t pre_allocated_vus_of(const Scenario& s) { return s.pre_allocated_vus.value_or(0); }
std::int64_t max_vus_of(const Scenario& s) { return s.max_vus.value_or(pre_allocated_vus_of(s)); }
std::string exec_of(const Scenario& s) { return s.exec.value_or("default"); }

}  // namespace crema::load
