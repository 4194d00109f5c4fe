#include "crema/load/test_run.h"

#include "running_test.h"
#include "virtual_user.h"

#include "crema/sys/thread_schedule.h"

#include <thread>

namespace crema::load {

TestOutcome run_test(const sys::Host& host, const TestRequest& request, std::stop_token stop) {
  // What is measured is put together in a thread that gives way to those that make the load: on a
  // machine of few cores they would come late each second.
  TestOutcome outcome;
  std::thread([&] {
    sys::give_way();
    outcome = RunningTest(host, request, std::move(stop)).run();
  }).join();
  return outcome;
}

Inspection inspect_test(const sys::Host& host, const TestRequest& request, bool requirements) {
  return RunningTest(host, request, {}).inspect(requirements);
}

Archiving archive_test(const sys::Host& host, const TestRequest& request, bool with_environment) {
  return RunningTest(host, request, {}).archive(with_environment);
}

}  // namespace crema::load
