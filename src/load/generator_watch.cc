#include "generator_watch.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <thread>

namespace crema::load {
namespace {

// Of fewer turns than this nobody can tell what one in a hundred is.
constexpr std::uint64_t kFewestTurns = 100;
constexpr std::size_t kStealColumn = 7;  // of /proc/stat: proc(5)
constexpr std::size_t kColumns = 8;      // what follows is in these already

Duration of_timeval(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

double milliseconds(const LagHistogram& lags) {
  if (lags.count() < kFewestTurns) return 0;
  return std::chrono::duration<double, std::milli>(lags.quantile(0.99)).count();
}

}  // namespace

Duration GeneratorWatch::process_time() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return of_timeval(usage.ru_utime) + of_timeval(usage.ru_stime);
}

GeneratorWatch::Ticks GeneratorWatch::machine_ticks() {
  Ticks ticks;
  const auto text = sys::read_file("/proc/stat");
  if (!text || !text->starts_with("cpu ")) return ticks;
  std::size_t column = 0;
  const std::string_view line = std::string_view(*text).substr(4, text->find('\n') - 4);
  for (const auto word : split(line, ' ')) {
    std::uint64_t value = 0;
    if (word.empty() || column >= kColumns) continue;
    std::from_chars(word.data(), word.data() + word.size(), value);
    ticks.all += value;
    if (column++ == kStealColumn) ticks.stolen = value;
  }
  return ticks;
}

void GeneratorWatch::begin(Time now, std::vector<LoopStatistics> loops) {
  begin_ = now;
  process_ = process_time();
  ticks_ = machine_ticks();
  loops_ = std::move(loops);
}

GeneratorFacts GeneratorWatch::end(Time now, std::span<const LoopStatistics> loops) const {
  GeneratorFacts facts;
  const auto cores =
      std::clamp<std::size_t>(loops.size(), 1, std::max(1U, std::thread::hardware_concurrency()));
  const double available =
      std::chrono::duration<double>(now - begin_).count() * static_cast<double>(cores);
  if (available > 0)
    facts.cpu_share = std::chrono::duration<double>(process_time() - process_).count() / available;
  const Ticks ticks = machine_ticks();
  if (ticks.all > ticks_.all)
    facts.steal_share = static_cast<double>(ticks.stolen - ticks_.stolen) /
                        static_cast<double>(ticks.all - ticks_.all);
  LagHistogram turns;
  LagHistogram timers;
  for (std::size_t i = 0; i < loops.size(); ++i) {
    auto turn = loops[i].turn_times;
    auto timer = loops[i].timer_delays;
    if (i < loops_.size()) {
      turn.remove(loops_[i].turn_times);
      timer.remove(loops_[i].timer_delays);
    }
    turns.add(turn);
    timers.add(timer);
  }
  facts.loop_lag_p99_ms = std::max(milliseconds(turns), milliseconds(timers));
  return facts;
}

std::string cpu_model() {
  const auto text = sys::read_file("/proc/cpuinfo");
  if (!text) return "unknown";
  for (const auto line : split_lines(*text))
    if (line.starts_with("model name"))
      if (const auto colon = line.find(':'); colon != std::string_view::npos)
        return std::string(trim(line.substr(colon + 1)));
  return "unknown";
}

}  // namespace crema::load
