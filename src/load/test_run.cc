#include "crema/load/test_run.h"

#include "running_test.h"
#include "virtual_user.h"

#include <thread>

namespace crema::load {

TestOutcome run_test(const sys::Host& host, const TestRequest& request, std::stop_token stop) {
  // In a thread of its own, because it gives way (start_workers) and that cannot be taken back.
  TestOutcome outcome;
  std::thread([&] { outcome = RunningTest(host, request, std::move(stop)).run(); }).join();
  return outcome;
}

Inspection inspect_test(const sys::Host& host, const TestRequest& request, bool requirements) {
  return RunningTest(host, request, {}).inspect(requirements);
}

Archiving archive_test(const sys::Host& host, const TestRequest& request, bool with_environment) {
  return RunningTest(host, request, {}).archive(with_environment);
}

}  // namespace crema::load
