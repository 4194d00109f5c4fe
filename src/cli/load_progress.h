// A load test while it runs: a live picture on a terminal, a line now and then elsewhere.
#pragma once

#include "load_log.h"

#include "crema/load/progress.h"
#include "crema/sys/host.h"

#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::cli {

// What a terminal shows: its size, and whether it shows colours and block characters.
struct Canvas {
  std::size_t columns = 80;
  std::size_t rows = 24;
  bool colour = false;
  bool unicode = true;
};

class LoadProgress {
 public:
  LoadProgress(const sys::Host& host, LoadLog& log);
  ~LoadProgress() { end(); }
  LoadProgress(const LoadProgress&) = delete;
  LoadProgress& operator=(const LoadProgress&) = delete;

  // On the thread that controls the test.
  void update(const load::Progress& progress);
  // Takes the picture away.
  void end() { log_.show({}); }

 private:
  void remember(const load::Progress& progress);

  const sys::Host& host_;
  LoadLog& log_;
  std::size_t updates_ = 0;
  std::deque<load::Progress::Rates> past_;
};

// The picture: no line is wider than the canvas, and they are fewer than its rows. `past` is the
// seconds up to now, the newest last.
std::vector<std::string> progress_lines(const load::Progress& progress,
                                        const std::deque<load::Progress::Rates>& past,
                                        const Canvas& canvas);

// The values as a row of little bars, the highest at full height.
std::string sparkline(std::span<const double> values, bool unicode);

}  // namespace crema::cli
