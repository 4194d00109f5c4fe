// Samples on their way from an agent to the outputs of its coordinator.
#pragma once

#include "crema/load/metrics/recorder.h"
#include "crema/load/remote/message.h"

#include <span>
#include <vector>

namespace crema::load {

PointBatch point_batch(std::span<const Point> points);

// Reads the batches of one agent. What it gives refers to it.
class PointReader {
 public:
  // Both outlive it.
  PointReader(Registry& registry, const Builtins& builtins)
      : registry_(registry), recorder_(registry, builtins, tags_) {}

  // Metrics that the registry does not have yet are declared. Fails with "load/message" on numbers
  // of series that are not there and values that are not finite, and as Registry::declare does.
  Result<std::vector<Point>> read(const PointBatch& batch);

 private:
  Registry& registry_;
  TagStore tags_;
  Recorder recorder_;  // for its series only
};

}  // namespace crema::load
