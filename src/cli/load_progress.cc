#include "load_progress.h"

#include "crema/load/schedule/duration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace crema::cli {
namespace {

constexpr std::size_t kRemembered = 40;  // seconds in a sparkline
constexpr std::size_t kBar = 30;
constexpr std::size_t kLineEvery = 10;  // seconds, where there is no terminal

std::string seconds_text(std::chrono::nanoseconds duration) {
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(duration);
  return load::format_duration(std::max(whole, std::chrono::seconds(0)));
}

std::string milliseconds_text(double milliseconds) {
  return milliseconds < 10 ? fmt::format("{:.2f}ms", milliseconds)
                           : fmt::format("{:.0f}ms", milliseconds);
}

std::string running_text(const load::Progress& progress) {
  std::string text =
      fmt::format("running ({}), {}/{} VUs, {} complete and {} interrupted iterations",
                  seconds_text(progress.elapsed), progress.users, progress.most_users,
                  progress.completed, progress.interrupted);
  if (progress.dropped > 0) text += fmt::format(", {} dropped", progress.dropped);
  return text;
}

}  // namespace

std::string sparkline(const std::deque<double>& values) {
  static constexpr std::string_view kBars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  double most = 0;
  for (const double value : values) most = std::max(most, value);
  std::string line;
  for (const double value : values) {
    const double share = most > 0 ? value / most : 0;
    line += kBars[std::min<std::size_t>(7, static_cast<std::size_t>(std::lround(share * 7)))];
  }
  return line;
}

LoadProgress::LoadProgress(LoadLog& log) : log_(log) {}

void LoadProgress::remember(const load::Progress& progress) {
  const auto add = [](std::deque<double>& values, double value) {
    values.push_back(value);
    if (values.size() > kRemembered) values.pop_front();
  };
  add(rates_, static_cast<double>(progress.now.requests != 0 ? progress.now.requests
                                                             : progress.now.iterations));
  add(p95_, progress.now.p95);
}

void LoadProgress::update(const load::Progress& progress) {
  remember(progress);
  if (log_.terminal()) {
    log_.show(picture(progress));
    return;
  }
  if (++updates_ % kLineEvery != 0) return;
  std::fputs(fmt::format("{}, {} requests/s, p(95)={}\n", running_text(progress),
                         progress.now.requests, milliseconds_text(progress.now.p95))
                 .c_str(),
             stderr);
}

std::string LoadProgress::scenario_line(const load::Progress::OfScenario& scenario,
                                        std::size_t names) const {
  const auto full = static_cast<std::size_t>(scenario.share * static_cast<double>(kBar));
  std::string bar(full, '=');
  if (full < kBar) bar += scenario.users > 0 ? ">" : "-";
  bar.resize(kBar, '-');
  const std::string time =
      scenario.elapsed < std::chrono::nanoseconds(0)
          ? fmt::format("waiting {}", seconds_text(-scenario.elapsed))
          : fmt::format("{}/{}", seconds_text(std::min(scenario.elapsed, scenario.duration)),
                        seconds_text(scenario.duration));
  return fmt::format("  {:<{}} [{}] {:>4.0f}%  {} VUs  {}", scenario.name, names, bar,
                     scenario.share * 100, scenario.users, time);
}

std::vector<std::string> LoadProgress::picture(const load::Progress& progress) const {
  std::vector<std::string> lines{"", running_text(progress)};
  std::size_t names = 0;
  for (const auto& scenario : progress.scenarios) names = std::max(names, scenario.name.size());
  for (const auto& scenario : progress.scenarios) lines.push_back(scenario_line(scenario, names));
  const bool requests = progress.now.requests != 0 || progress.now.iterations == 0;
  lines.push_back(fmt::format("  {:<14} {:>8}   {}", requests ? "requests/s" : "iterations/s",
                              requests ? progress.now.requests : progress.now.iterations,
                              sparkline(rates_)));
  if (progress.now.requests != 0) {
    lines.push_back(fmt::format("  {:<14} {:>8}   {}", "p(95)", milliseconds_text(progress.now.p95),
                                sparkline(p95_)));
    lines.push_back(fmt::format("  {:<14} {:>8}   p(50) {}, p(99) {}", "failed/s",
                                progress.now.failed, milliseconds_text(progress.now.p50),
                                milliseconds_text(progress.now.p99)));
  }
  for (const auto& threshold : progress.thresholds) {
    const std::string_view mark = threshold.passed ? "✓" : "✗";
    lines.push_back(log_.colour()
                        ? fmt::format("  \x1b[{}m{}\x1b[0m {} {}", threshold.passed ? 32 : 31, mark,
                                      threshold.metric, threshold.condition)
                        : fmt::format("  {} {} {}", mark, threshold.metric, threshold.condition));
  }
  return lines;
}

}  // namespace crema::cli
