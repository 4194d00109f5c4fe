#include "crema/sys/thread_schedule.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace crema::sys {
namespace {

constexpr std::uint64_t kSliceNanoseconds = 100'000;  // the shortest the kernel takes
// A quarter of a core where others want all of it, so that it never starves.
constexpr int kGivingWay = 5;

// The kernel's sched_attr in its first size. Its header cannot stand beside the library's own.
struct Attributes {
  std::uint32_t size = sizeof(Attributes);
  std::uint32_t policy = SCHED_OTHER;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime = 0;
  std::uint64_t deadline = 0;
  std::uint64_t period = 0;
};

}  // namespace

void prefer_promptness() {
  Attributes attributes;
  attributes.nice = ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()));
  attributes.runtime = kSliceNanoseconds;
  ::syscall(SYS_sched_setattr, 0, &attributes, 0);
}

void give_way() { ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kGivingWay); }

}  // namespace crema::sys
