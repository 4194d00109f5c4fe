#include "user_pool.h"

#include "virtual_user.h"
#include "worker.h"

namespace crema::load {

bool make_user(Worker& worker) {
  const auto number = static_cast<std::int64_t>(worker.users.size());
  worker.users.push_back(std::make_unique<VirtualUser>(worker, worker.in_instance.thing(number) + 1,
                                                       worker.in_test.thing(number) + 1));
  VirtualUser& user = *worker.users.back();
  const CallResult loaded = user.load(worker.shared().main_address);
  if (loaded.end != CallEnd::returned) {
    if (worker.shared().log)
      worker.shared().log(LogEntry{
          LogLevel::error, loaded.error.text(), {{"hint", "error while initializing a VU"}}});
    return false;
  }
  ++worker.shared().test->vus_initialized;
  // The first made is the first taken.
  worker.idle.insert(worker.idle.begin(), &user);
  return true;
}

}  // namespace crema::load
