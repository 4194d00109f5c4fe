// A load test while it runs: a live picture on a terminal, a line now and then elsewhere.
#pragma once

#include "load_log.h"

#include "crema/load/progress.h"

#include <deque>
#include <string>
#include <vector>

namespace crema::cli {

class LoadProgress {
 public:
  explicit LoadProgress(LoadLog& log);
  ~LoadProgress() { log_.show({}); }
  LoadProgress(const LoadProgress&) = delete;
  LoadProgress& operator=(const LoadProgress&) = delete;

  // On the thread that controls the test.
  void update(const load::Progress& progress);

 private:
  std::vector<std::string> picture(const load::Progress& progress) const;
  std::string scenario_line(const load::Progress::OfScenario& scenario, std::size_t names) const;
  void remember(const load::Progress& progress);

  LoadLog& log_;
  std::size_t updates_ = 0;
  std::deque<double> rates_;  // requests a second, or iterations where there are none
  std::deque<double> p95_;    // milliseconds
};

// The values as a row of little bars, the highest at full height.
std::string sparkline(const std::deque<double>& values);

}  // namespace crema::cli
