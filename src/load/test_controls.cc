#include "test_controls.h"

namespace crema::load {
namespace {

Diagnostic over() { return make_error("load/over", "the test has ended"); }

}  // namespace

void TestControls::attend() {
  std::deque<Task> tasks;
  std::swap(tasks, queue_.lock()->tasks);
  for (Task& task : tasks) task.done.set_value(task.run());
}

void TestControls::close() {
  std::deque<Task> tasks;
  {
    auto queue = queue_.lock();
    queue->closed = true;
    std::swap(tasks, queue->tasks);
  }
  for (Task& task : tasks) task.done.set_value(over());
}

Result<> TestControls::call(std::function<Result<>()> task) const {
  std::future<Result<>> done;
  {
    auto queue = queue_.lock();
    if (queue->closed) return over();
    queue->tasks.push_back({std::move(task), {}});
    done = queue->tasks.back().done.get_future();
  }
  return done.get();
}

ControlledTest::Status TestControls::status() const {
  const TestStage stage = stage_;
  return {.stage = stage,
          .paused = paused_,
          .stopped = stopped_,
          .running = stage >= TestStage::started && stage < TestStage::ended,
          .tainted = tainted_,
          .vus = facts_.vus_active,
          .vus_max = facts_.vus_initialized};
}

Result<> TestControls::set_paused(bool paused) {
  if (!paused || stage_ < TestStage::started) {
    paused_ = paused;
    return {};
  }
  return fail("load/pause", "a test cannot be paused after its start");
}

void TestControls::stop() {
  stopped_ = true;
  test_.stop();
}

std::string TestControls::setup_data() const {
  std::string data;
  const auto read = call([&]() -> Result<> {
    data = *test_.setup_data;
    return {};
  });
  return read ? data : std::string();
}

Result<> TestControls::set_setup_data(std::string json) {
  return call([&]() -> Result<> {
    // The users read it on their threads.
    if (stage_ >= TestStage::running)
      return fail("load/setup", "the users have their data already: the test runs");
    *test_.setup_data = std::move(json);
    return {};
  });
}

Result<> TestControls::run_setup() {
  return call([this]() -> Result<> {
    if (stage_ >= TestStage::running)
      return fail("load/setup", "the users have their data already: the test runs");
    return test_.run_setup();
  });
}

Result<> TestControls::run_teardown() { return call(test_.run_teardown); }

void TestControls::measured(const Look& look) {
  const std::lock_guard lock(measuring_);
  test_.look(look);
}

}  // namespace crema::load
