// How far a scan is, on a terminal, once it takes longer than a second.
#pragma once

#include "crema/sys/host.h"

#include <cstddef>

namespace crema::cli {

class ScanProgress {
 public:
  explicit ScanProgress(const sys::Host& host);
  ~ScanProgress();
  ScanProgress(const ScanProgress&) = delete;
  ScanProgress& operator=(const ScanProgress&) = delete;

  // One thread at a time.
  void update(std::size_t done, std::size_t all);

 private:
  const sys::Host& host_;
  sys::MonotonicTime begin_, shown_{};
  bool on_terminal_ = false, drawn_ = false;
};

}  // namespace crema::cli
