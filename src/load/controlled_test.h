// A running test as others may look at it and steer it from outside, from any thread.
#pragma once

#include "crema/base/result.h"
#include "crema/load/metrics/collector.h"
#include "crema/load/metrics/threshold.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace crema::load {

// How far a test is, with k6's numbers.
enum class TestStage : std::uint8_t {
  created = 0,
  making_users = 1,
  ready = 3,
  paused = 4,  // before it runs
  started = 5,
  setup = 6,
  running = 7,
  teardown = 8,
  ended = 9,
  interrupted = 10,
};

class ControlledTest {
 public:
  virtual ~ControlledTest() = default;

  struct Status {
    TestStage stage = TestStage::created;
    bool paused = false;
    bool stopped = false;  // from outside
    bool running = false;
    bool tainted = false;  // a threshold is crossed
    std::int64_t vus = 0;
    std::int64_t vus_max = 0;
  };
  virtual Status status() const = 0;
  // Lets a test begin that waits for it. Fails with "load/pause" where it runs already: users have
  // no place to stop at.
  virtual Result<> set_paused(bool paused) = 0;
  virtual void stop() = 0;

  virtual std::string setup_data() const = 0;  // JSON; "" for none
  // All three fail with "load/over" where the test has ended, with "load/setup" where the code did.
  virtual Result<> set_setup_data(std::string json) = 0;
  virtual Result<> run_setup() = 0;
  virtual Result<> run_teardown() = 0;

  // Lets `look` see what was measured up to the last second, and since when the test runs.
  using Look = std::function<void(const Collector&, const ThresholdSet&, std::chrono::nanoseconds)>;
  virtual void measured(const Look& look) = 0;
};

}  // namespace crema::load
