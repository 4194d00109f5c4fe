#include "load_progress.h"

#include "crema/load/schedule/duration.h"
#include "crema/sys/terminal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace crema::cli {
namespace {

using Rates = load::Progress::Rates;

constexpr std::size_t kRemembered = 300;  // seconds in a sparkline
constexpr std::size_t kLineEvery = 10;    // seconds, where there is no terminal
constexpr std::size_t kNumbers = 26;      // columns before a sparkline
constexpr std::size_t kNarrowestBar = 10;
constexpr std::size_t kWidestBar = 40;

std::string seconds_text(std::chrono::nanoseconds duration) {
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(duration);
  return load::format_duration(std::max(whole, std::chrono::seconds(0)));
}

std::string milliseconds_text(double milliseconds) {
  if (milliseconds >= 10'000) return fmt::format("{:.1f} s", milliseconds / 1000);
  return milliseconds < 10 ? fmt::format("{:.2f} ms", milliseconds)
                           : fmt::format("{:.0f} ms", milliseconds);
}

std::string running_text(const load::Progress& progress) {
  std::string text =
      fmt::format("running ({}), {}/{} VUs, {} complete and {} interrupted iterations",
                  seconds_text(progress.elapsed), progress.users, progress.most_users,
                  progress.completed, progress.interrupted);
  if (progress.dropped > 0) text += fmt::format(", {} dropped", progress.dropped);
  return text;
}

// As many characters of UTF-8 as fit; the last one says that some are missing.
std::string cut(std::string_view text, std::size_t columns, bool unicode) {
  std::size_t characters = 0;
  std::size_t fits = 0;  // bytes, with one column left for the sign
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U) continue;
    if (characters + 1 == columns) fits = i;
    if (++characters > columns) return std::string(text.substr(0, fits)) + (unicode ? "…" : "~");
  }
  return std::string(text);
}

// Colours stand around what was cut already, so that they are never cut themselves.
class Picture {
 public:
  explicit Picture(const Canvas& canvas) : canvas_(canvas) {}

  void line(std::string_view text, int colour = 0) {
    const auto shown = cut(text, canvas_.columns - 1, canvas_.unicode);
    lines_.push_back(colour != 0 && canvas_.colour ? fmt::format("\x1b[{}m{}\x1b[0m", colour, shown)
                                                   : shown);
  }

  // A number with its past; `shown` is as wide as its columns.
  void series(std::string_view name, std::string_view shown, const std::deque<Rates>& past,
              auto value, int colour) {
    std::vector<double> values;
    const auto room = canvas_.columns > kNumbers + 4 ? canvas_.columns - kNumbers - 2 : 0;
    const auto count = std::min(past.size(), room);
    for (auto one = past.end() - static_cast<std::ptrdiff_t>(count); one != past.end(); ++one)
      values.push_back(static_cast<double>(value(*one)));
    const auto bars = sparkline(values, canvas_.unicode);
    const auto head =
        cut(fmt::format("  {:<11} {:>10}  ", name, shown), canvas_.columns - 1, canvas_.unicode);
    lines_.push_back(canvas_.colour ? fmt::format("{}\x1b[{}m{}\x1b[0m", head, colour, bars)
                                    : head + bars);
  }

  const Canvas& canvas() const { return canvas_; }
  std::vector<std::string> take() {
    const auto most = std::max<std::size_t>(canvas_.rows, 6) - 2;
    if (lines_.size() > most) {
      const auto hidden = lines_.size() - most + 1;
      lines_.resize(most - 1);
      lines_.push_back(fmt::format("  {} more lines", hidden));
    }
    return std::move(lines_);
  }

 private:
  const Canvas& canvas_;
  std::vector<std::string> lines_;
};

std::string scenario_line(const load::Progress::OfScenario& scenario, std::size_t names,
                          const Canvas& canvas) {
  const std::string time =
      scenario.elapsed < std::chrono::nanoseconds(0)
          ? fmt::format("waiting {}", seconds_text(-scenario.elapsed))
          : fmt::format("{}/{}", seconds_text(std::min(scenario.elapsed, scenario.duration)),
                        seconds_text(scenario.duration));
  const auto tail =
      fmt::format(" {:>3.0f}%  {} VUs  {}", scenario.share * 100, scenario.users, time);
  const auto others = names + tail.size() + 6;
  const auto bar_width = canvas.columns > others + kNarrowestBar
                             ? std::min(canvas.columns - others - 1, kWidestBar)
                             : kNarrowestBar;
  const auto full = static_cast<std::size_t>(scenario.share * static_cast<double>(bar_width));
  std::string bar(std::min(full, bar_width), '=');
  if (full < bar_width && scenario.users > 0) bar += ">";
  bar.resize(bar_width, '-');
  return fmt::format("  {:<{}} [{}]{}", cut(scenario.name, names, canvas.unicode), names, bar,
                     tail);
}

void add_scenarios(Picture& picture, const load::Progress& progress) {
  constexpr std::size_t kLongestName = 24;
  std::size_t names = 0;
  for (const auto& scenario : progress.scenarios) names = std::max(names, scenario.name.size());
  names = std::min(names, kLongestName);
  for (const auto& scenario : progress.scenarios)
    picture.line(scenario_line(scenario, names, picture.canvas()));
}

// Green, red and cyan are told apart by words and places as well.
constexpr int kGood = 32;
constexpr int kBad = 31;
constexpr int kPlain = 36;

void add_series(Picture& picture, const load::Progress& progress, const std::deque<Rates>& past) {
  const Rates& now = progress.now;
  const auto users = [](const Rates& rates) { return rates.users; };
  const auto requested = [](const Rates& rates) { return rates.requests != 0; };
  picture.series("users", fmt::format("{}", progress.users), past, users, kPlain);
  if (std::ranges::any_of(past, requested))
    picture.series(
        "requests/s", fmt::format("{}", now.requests), past,
        [](const Rates& rates) { return rates.requests; }, kPlain);
  else
    picture.series(
        "iterations/s", fmt::format("{}", now.iterations), past,
        [](const Rates& rates) { return rates.iterations; }, kPlain);
  if (!std::ranges::any_of(past, requested)) return;
  picture.series(
      "failed/s", fmt::format("{}", now.failed), past,
      [](const Rates& rates) { return rates.failed; }, now.failed != 0 ? kBad : kPlain);
  constexpr std::array<std::pair<std::string_view, double Rates::*>, 3> kPercentiles = {
      {{"p(50)", &Rates::p50}, {"p(95)", &Rates::p95}, {"p(99)", &Rates::p99}}};
  for (const auto& [name, member] : kPercentiles)
    picture.series(
        name, milliseconds_text(now.*member), past,
        [member](const Rates& rates) { return rates.*member; }, kPlain);
}

void add_thresholds(Picture& picture, const load::Progress& progress) {
  for (const auto& threshold : progress.thresholds) {
    const bool unicode = picture.canvas().unicode;
    const std::string_view mark =
        threshold.passed ? (unicode ? "✓" : "ok  ") : (unicode ? "✗" : "FAIL");
    auto text = fmt::format("  {} {} {}", mark, threshold.metric, threshold.condition);
    if (threshold.value) text += fmt::format("  now {:.4g}", *threshold.value);
    picture.line(text, threshold.passed ? kGood : kBad);
  }
}

}  // namespace

std::string sparkline(std::span<const double> values, bool unicode) {
  constexpr std::array<std::string_view, 8> kBars = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  constexpr std::array<std::string_view, 8> kPlainBars = {"_", ".", ":", "-", "=", "+", "*", "#"};
  double most = 0;
  for (const double value : values) most = std::max(most, value);
  std::string line;
  for (const double value : values) {
    const double share = most > 0 ? value / most : 0;
    const auto height = static_cast<std::size_t>(std::clamp(std::lround(share * 7), 0L, 7L));
    line += (unicode ? kBars : kPlainBars).at(height);
  }
  return line;
}

std::vector<std::string> progress_lines(const load::Progress& progress,
                                        const std::deque<Rates>& past, const Canvas& canvas) {
  Picture picture(canvas);
  picture.line("");
  picture.line(running_text(progress));
  add_scenarios(picture, progress);
  add_series(picture, progress, past);
  add_thresholds(picture, progress);
  return picture.take();
}

LoadProgress::LoadProgress(const sys::Host& host, LoadLog& log) : host_(host), log_(log) {}

void LoadProgress::remember(const load::Progress& progress) {
  past_.push_back(progress.now);
  if (past_.size() > kRemembered) past_.pop_front();
}

void LoadProgress::update(const load::Progress& progress) {
  remember(progress);
  if (log_.terminal()) {
    const auto [columns, rows] = sys::terminal_size(STDERR_FILENO);
    log_.show(progress_lines(progress, past_,
                             {.columns = std::max<std::size_t>(columns, 20),
                              .rows = rows,
                              .colour = log_.colour(),
                              .unicode = sys::wants_unicode(host_)}));
    return;
  }
  if (++updates_ % kLineEvery != 0) return;
  std::fputs(
      fmt::format("{}, {} requests/s, {} failed/s, p(95)={}\n", running_text(progress),
                  progress.now.requests, progress.now.failed, milliseconds_text(progress.now.p95))
          .c_str(),
      stderr);
}

}  // namespace crema::cli
