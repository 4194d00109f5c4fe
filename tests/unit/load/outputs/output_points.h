// Points as the recorders of two threads give them.
#pragma once

#include "crema/load/metrics/recorder.h"

#include <string>
#include <vector>

namespace crema::load {

struct OutputPoints {
  static constexpr std::chrono::milliseconds kStart{1'700'000'000'000};

  // A sample of `thread` (0 or 1), so many milliseconds after kStart.
  void add(int thread, const Metric& metric, double value, int time,
           const std::vector<std::pair<std::string, std::string>>& tags = {}) {
    TagStore& store = thread == 0 ? tags_a : tags_b;
    Recorder& recorder = thread == 0 ? a : b;
    const TagSet* set = store.empty();
    for (const auto& [key, text] : tags) set = store.with(set, key, text);
    recorder.add(recorder.series(metric, set), value,
                 sys::WallTime(kStart + std::chrono::milliseconds(time)));
  }
  std::vector<Point> take() {
    auto points = a.take_points();
    for (Point& point : b.take_points()) points.push_back(std::move(point));
    return points;
  }

  Registry registry;
  Builtins builtins{registry};
  TagStore tags_a;
  TagStore tags_b;
  Recorder a{registry, builtins, tags_a, true};
  Recorder b{registry, builtins, tags_b, true};
};

}  // namespace crema::load
