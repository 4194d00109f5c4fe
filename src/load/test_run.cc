#include "crema/load/test_run.h"

#include "running_test.h"
#include "virtual_user.h"

namespace crema::load {

TestOutcome run_test(const sys::Host& host, const TestRequest& request, std::stop_token stop) {
  return RunningTest(host, request, std::move(stop)).run();
}

Inspection inspect_test(const sys::Host& host, const TestRequest& request, bool requirements) {
  return RunningTest(host, request, {}).inspect(requirements);
}

Archiving archive_test(const sys::Host& host, const TestRequest& request, bool with_environment) {
  return RunningTest(host, request, {}).archive(with_environment);
}

}  // namespace crema::load
