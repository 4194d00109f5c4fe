// `--break on-failure`: a shell in the failed step's place, then the user decides how it goes on.
#pragma once

#include "crema/run/break_point.h"
#include "crema/sys/host.h"

#include <mutex>

namespace crema::cli {

class BreakShell : public run::BreakHandler {
 public:
  explicit BreakShell(const sys::Host& host) : host_(host) {}
  run::BreakAnswer on_failure(const run::BreakPoint& point) override;

 private:
  const sys::Host& host_;
  std::mutex terminal_;  // one job's shell at a time
};

}  // namespace crema::cli
