// How long the stages of a pipeline took, by the jobs that belong to them.
#pragma once

#include "crema/evidence/event.h"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::gate {

// A job that has begun; one that still runs ends now.
struct JobTime {
  std::string id, name;
  evidence::Time started, finished;
};

// Which jobs are a stage: patterns with `*` on ids and names, without regard to case.
struct Stage {
  std::string name;  // "build"
  std::vector<std::string> jobs;
};

// By what jobs are usually called. A job belongs to the first stage that knows its id, else to the
// first that knows its name.
std::vector<Stage> usual_stages();

struct StageTime {
  std::string stage;
  std::chrono::nanoseconds took{0};  // jobs beside each other count once
  std::vector<std::string> jobs;     // their names
};
// Of the stages that have jobs, in their order.
std::vector<StageTime> stage_times(std::span<const JobTime> jobs, std::span<const Stage> stages);

}  // namespace crema::gate
