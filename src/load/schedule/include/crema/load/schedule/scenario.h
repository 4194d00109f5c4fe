// One scenario of a test: its executor and how it is set, as k6's `scenarios` option has it.
#pragma once

#include "crema/base/source.h"
#include "crema/load/schedule/duration.h"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::load {

enum class ExecutorKind : std::uint8_t {
  constant_vus,
  shared_iterations,
  per_vu_iterations,
  ramping_vus,
  constant_arrival_rate,
  ramping_arrival_rate,
};
inline constexpr std::size_t kExecutorKinds = 6;

std::string_view executor_name(ExecutorKind kind);  // "constant-vus"
std::optional<ExecutorKind> executor_named(std::string_view name);

// A ramp to `target` users, or to `target` iterations per time unit.
struct Stage {
  std::optional<Nanoseconds> duration;
  std::optional<std::int64_t> target;

  bool operator==(const Stage&) const = default;
};

// What was written, member by member; which of them an executor has is in its table. What was not
// written has a default, given by the functions below.
struct Scenario {
  std::string name = "default";
  ExecutorKind executor = ExecutorKind::per_vu_iterations;
  SourcePtr document;  // the JSON that it was read from, if any

  std::optional<Nanoseconds> start_time;
  std::optional<Nanoseconds> graceful_stop;
  std::optional<std::string> exec;
  std::optional<std::map<std::string, std::string>> env;
  std::optional<std::map<std::string, std::string>> tags;
  std::optional<std::string> browser;  // the JSON text of `options`

  std::optional<std::int64_t> vus;
  std::optional<std::int64_t> iterations;
  std::optional<Nanoseconds> duration;
  std::optional<Nanoseconds> max_duration;
  std::optional<std::int64_t> start_vus;
  std::optional<Nanoseconds> graceful_ramp_down;
  std::optional<std::int64_t> rate;
  std::optional<std::int64_t> start_rate;
  std::optional<Nanoseconds> time_unit;
  std::optional<std::vector<Stage>> stages;
  std::optional<std::int64_t> pre_allocated_vus;
  std::optional<std::int64_t> max_vus;
};

// Scenarios by name.
using Scenarios = std::map<std::string, Scenario>;

// What is in force: what was written, or k6's default.
Nanoseconds start_time_of(const Scenario& scenario);          // 0
Nanoseconds graceful_stop_of(const Scenario& scenario);       // 30s
Nanoseconds duration_of(const Scenario& scenario);            // 0
Nanoseconds max_duration_of(const Scenario& scenario);        // 10m
Nanoseconds graceful_ramp_down_of(const Scenario& scenario);  // 30s
Nanoseconds time_unit_of(const Scenario& scenario);           // 1s
std::int64_t vus_of(const Scenario& scenario);                // 1
std::int64_t iterations_of(const Scenario& scenario);         // 1
std::int64_t start_vus_of(const Scenario& scenario);          // 1
std::int64_t start_rate_of(const Scenario& scenario);         // 0
std::int64_t rate_of(const Scenario& scenario);               // 0
std::int64_t pre_allocated_vus_of(const Scenario& scenario);  // 0
std::int64_t max_vus_of(const Scenario& scenario);            // as many as are pre-allocated
std::string exec_of(const Scenario& scenario);                // "default"

}  // namespace crema::load
