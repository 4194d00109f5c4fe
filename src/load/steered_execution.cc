// A test that somebody steers from outside: it waits for its start, answers questions, is stopped.
#include "rest_api.h"
#include "running_test.h"

#include <fmt/format.h>

#include <thread>

namespace crema::load {
namespace {

constexpr auto kLook = std::chrono::milliseconds(20);

}  // namespace

bool RunningTest::serve_api() {
  if (!request_.api) return true;
  auto server = RestServer::start(*request_.api, [this](const RestRequest& request) {
    return answer_rest(controls_, request);
  });
  if (server) {
    api_ = std::move(*server);
    return true;
  }
  log_diagnostic(request_.log, server.error());
  return false;
}

TestControls::Test RunningTest::controlled() {
  return {.stop = [this] { stop_from_outside(); },
          .run_setup = [this] { return call_from_outside("setup", &shared_.setup_data); },
          .run_teardown = [this] { return call_from_outside("teardown", nullptr); },
          .setup_data = &shared_.setup_data,
          .look =
              [this](const ControlledTest::Look& look) {
                const Time begun{Nanoseconds(facts_.started)};
                look(collector_, thresholds_,
                     begun == Time{} ? Nanoseconds(0) : host_.clock->monotonic() - begun);
              }};
}

Result<> RunningTest::call_from_outside(const std::string& function, std::string* json) {
  const LoadExit exit = json != nullptr ? run_setup(json) : run_teardown();
  if (exit == LoadExit::ok) return {};
  return fail("load/setup", fmt::format("{}() failed with {}: the log has the reason", function,
                                        static_cast<int>(exit)));
}

void RunningTest::stop_from_outside() {
  end(LoadExit::stopped_by_api, "test run stopped from REST API");
  // The worker is there as long as somebody is called on it.
  if (calling_ != nullptr)
    workers_.front()->post([this] {
      if (ScriptUser* user = calling_) user->interrupt();
    });
}

void RunningTest::wait_while_paused() {
  controls_.enter(TestStage::ready);
  if (code_.options.paused.value_or(false)) controls_.pause();
  if (controls_.paused()) {
    controls_.enter(TestStage::paused);
    if (!api_ && request_.log)
      request_.log(LogEntry{LogLevel::warning,
                            "the test is paused, and nobody can let it go on",
                            {{"hint", "add --address localhost:6565, then `crema load resume`"}}});
  }
  while (controls_.paused() && !ending_.lock()->asked) {
    collect();
    controls_.attend();
    if (stop_.stop_requested()) end(LoadExit::interrupted, std::string(kInterrupted));
    std::this_thread::sleep_for(kLook);
  }
}

void RunningTest::linger() {
  if (code_.options.linger.value_or(false) && !ending_.lock()->asked) {
    if (request_.log)
      request_.log(LogEntry{LogLevel::info,
                            "the test is done, but --linger is on: Ctrl-C or a stop by the REST "
                            "API ends it",
                            {}});
    while (!stop_.stop_requested() && !controls_.status().stopped) {
      controls_.attend();
      std::this_thread::sleep_for(kLook);
    }
  }
  controls_.close();
  api_.reset();
}

}  // namespace crema::load
