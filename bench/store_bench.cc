// What recording costs: events of small steps, a log of a million lines, pages of it.
#include "crema/store/store.h"
#include "crema/sys/files.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <random>

using namespace crema;
using namespace crema::evidence;

namespace {

class Watch {
 public:
  explicit Watch(const sys::Clock& clock) : clock_(clock), start_(clock.monotonic()) {}
  double milliseconds() const {
    return std::chrono::duration<double, std::milli>(clock_.monotonic() - start_).count();
  }

 private:
  const sys::Clock& clock_;
  sys::MonotonicTime start_;
};

long peak_kilobytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// Four jobs of fifty steps, each with three lines and a journal, as the runner tells them.
Result<> small_steps(store::Store& store, const sys::Host& host) {
  constexpr JobIndex kJobs = 4;
  constexpr StepIndex kSteps = 50;
  auto run = CREMA_TRY(store.begin_run("{}"));
  const auto send = [&](auto body) { run->on_event({host.clock->wall(), std::move(body)}); };
  const std::string journal(2000, 'j');
  const Watch watch(*host.clock);
  send(RunStarted{.run = run->number(), .workflow = "bench"});
  for (JobIndex job = 0; job < kJobs; ++job) {
    send(JobPlanned{.job = job, .id = "job", .name = "job"});
    send(JobStarted{job});
    for (StepIndex step = 0; step < kSteps; ++step) {
      send(StepStarted{job, step, "__run", "Run true"});
      const auto now = host.clock->wall();
      const std::vector<LogLine> lines(3, {now, LineKind::output, "a line of a small step"});
      run->on_log(job, step, lines);
      CREMA_TRY(run->save_journal(job, journal));
      send(StepFinished{job, step});
    }
    send(JobFinished{job});
  }
  send(RunFinished{});
  const auto time = watch.milliseconds();
  fmt::print("200 small steps            {:8.1f} ms, {:.0f} us a step\n", time,
             time * 1000 / (kJobs * kSteps));
  if (const auto failure = run->failure()) return fail(*failure);
  return {};
}

Result<> long_log(store::Store& store, const sys::Host& host) {
  constexpr std::size_t kLines = 1'000'000;
  constexpr std::size_t kBatch = 640;  // lines: the runner hands over 64 KiB at a time
  auto run = CREMA_TRY(store.begin_run("{}"));
  const std::string text(100, 'x');
  const auto before = peak_kilobytes();
  const Watch watch(*host.clock);
  for (std::size_t done = 0; done < kLines;) {
    const auto count = std::min(kBatch, kLines - done);
    const std::vector<LogLine> lines(count, {host.clock->wall(), LineKind::output, text});
    run->on_log(0, 0, lines);
    done += count;
  }
  const auto time = watch.milliseconds();
  fmt::print("1,000,000 lines of 100 B   {:8.1f} ms, {:.0f} MB/s, {} KiB more memory\n", time,
             static_cast<double>(kLines * text.size()) / 1000 / time, peak_kilobytes() - before);
  std::mt19937 random(1);
  std::vector<double> pages;
  for (int i = 0; i < 200; ++i) {
    const Watch page(*host.clock);
    const auto lines =
        CREMA_TRY(store.read_log(run->number(), 0, 0, random() % (kLines - 100), 100));
    if (lines.size() != 100) return fail("bench/page", "a page is short");
    pages.push_back(page.milliseconds());
  }
  std::sort(pages.begin(), pages.end());
  fmt::print("a page of 100 lines        {:8.2f} ms median, {:.2f} ms worst\n",
             pages[pages.size() / 2], pages.back());
  const Watch counting(*host.clock);
  CREMA_TRY(store.count_log_lines(run->number(), 0, 0));
  fmt::print("where the log ends         {:8.2f} ms\n", counting.milliseconds());
  if (const auto failure = run->failure()) return fail(*failure);
  return {};
}

Result<> measure(const sys::Host& host) {
  const auto folder = CREMA_TRY(sys::TemporaryDirectory::create(host.working_directory, "bench-"));
  {
    const Watch making(*host.clock);
    CREMA_TRY(store::Store::open(folder.path() / ".crema", host));
    fmt::print("make a store               {:8.1f} ms\n", making.milliseconds());
  }
  const Watch opening(*host.clock);
  const auto store = CREMA_TRY(store::Store::open(folder.path() / ".crema", host));
  fmt::print("open it again              {:8.1f} ms\n", opening.milliseconds());
  CREMA_TRY(small_steps(*store, host));
  CREMA_TRY(small_steps(*store, host));
  return long_log(*store, host);
}

}  // namespace

int main() {
  const auto host = sys::real_host();
  const auto measured = measure(host);
  if (measured) return 0;
  fmt::print("{}\n", measured.error().message);
  return 1;
}
