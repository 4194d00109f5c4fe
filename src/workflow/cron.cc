// Cron lines as `on.schedule` takes them: five POSIX fields with names of months and weekdays.
#include "time_zone.h"

#include "crema/base/strings.h"
#include "crema/workflow/trigger.h"

#include <fmt/format.h>

#include <array>
#include <bitset>
#include <charconv>

namespace crema::workflow {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

// The longest a line can pause: a February 29 on a given weekday, across a year that is no leap
// year though divisible by four.
constexpr int kMaxDays = 366 * 41;

struct FieldSpec {
  std::string_view name;
  int least;
  int most;
  std::span<const std::string_view> words;  // the first stands for `least`
};

constexpr std::array<std::string_view, 12> kMonths = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                      "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> kWeekdays = {"SUN", "MON", "TUE", "WED",
                                                       "THU", "FRI", "SAT"};
constexpr std::array<FieldSpec, 5> kFields = {{{"minute", 0, 59, {}},
                                               {"hour", 0, 23, {}},
                                               {"day of month", 1, 31, {}},
                                               {"month", 1, 12, kMonths},
                                               {"day of week", 0, 6, kWeekdays}}};

struct Field {
  std::bitset<60> values;
  bool any = false;  // starts with `*`
};

Diagnostic cron_error(std::string message) {
  return make_error("workflow/cron", std::move(message));
}

Result<int> read_value(std::string_view text, const FieldSpec& spec) {
  for (std::size_t i = 0; i < spec.words.size(); ++i)
    if (equals_ignore_case(text, spec.words[i])) return spec.least + static_cast<int>(i);
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool number = error == std::errc() && end == text.data() + text.size();
  if (number && value >= spec.least && value <= spec.most) return value;
  Diagnostic problem =
      cron_error(fmt::format("'{}' is no {} ({} to {})", text, spec.name, spec.least, spec.most));
  if (number && value == 7 && spec.most == 6) problem.hint = "write 0 for Sunday";
  return crema::fail(std::move(problem));
}

// One part of a list: `*`, `a`, `a-b`, each with `/step`; `a/step` runs to the end.
Result<> read_part(std::string_view part, const FieldSpec& spec, Field& field) {
  int step = 1;
  const std::size_t slash = part.find('/');
  const std::string_view range = part.substr(0, slash);
  if (slash != std::string_view::npos) {
    const std::string_view text = part.substr(slash + 1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), step);
    if (error != std::errc() || end != text.data() + text.size() || step < 1)
      return crema::fail(cron_error(fmt::format("'{}' is no step", text)));
  }
  int first = spec.least;
  int last = spec.most;
  if (range != "*") {
    const std::size_t dash = range.find('-');
    first = CREMA_TRY(read_value(range.substr(0, dash), spec));
    if (dash != std::string_view::npos)
      last = CREMA_TRY(read_value(range.substr(dash + 1), spec));
    else if (slash == std::string_view::npos)
      last = first;
    if (last < first)
      return crema::fail(cron_error(fmt::format("'{}' ends before it starts", range)));
  }
  for (int value = first; value <= last; value += step)
    field.values.set(static_cast<std::size_t>(value));
  return {};
}

using Line = std::array<Field, 5>;

Result<Line> read_line(std::string_view cron) {
  std::vector<std::string_view> texts;
  for (const std::string_view text : split(trim(cron), ' '))
    if (!trim(text).empty()) texts.push_back(trim(text));
  if (texts.size() != kFields.size()) {
    Diagnostic problem =
        cron_error(fmt::format("'{}' has {} fields, not five", cron, texts.size()));
    problem.hint = "write minute, hour, day of month, month and day of week: `30 5 * * 1-5`";
    return crema::fail(std::move(problem));
  }
  Line line;
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    line[i].any = texts[i].starts_with('*');
    for (const std::string_view part : split(texts[i], ','))
      CREMA_TRY(read_part(part, kFields[i], line[i]));
  }
  return line;
}

// Where both kinds of days are restricted, either one suffices.
bool fires_on(const Line& line, std::chrono::local_days day) {
  const std::chrono::year_month_day date(day);
  const std::chrono::weekday weekday(day);
  if (!line[3].values[static_cast<unsigned>(date.month())]) return false;
  const bool by_month = line[2].values[static_cast<unsigned>(date.day())];
  const bool by_week = line[4].values[weekday.c_encoding()];
  return line[2].any || line[4].any ? by_month && by_week : by_month || by_week;
}

// The instants for a time on the clock, by the rules for clock changes in the header.
std::vector<sys_seconds> firings(const Line& line, const TimeZone& zone, local_seconds local) {
  std::vector<sys_seconds> instants = zone.instants_of(local);
  const bool hourly = line[1].any;
  if (instants.empty() && !hourly) instants.push_back(zone.end_of_gap(local));
  if (instants.size() > 1 && !hourly) instants.resize(1);
  return instants;
}

std::optional<sys_seconds> first_on(const Line& line, const TimeZone& zone,
                                    std::chrono::local_days day, sys_seconds after) {
  std::optional<sys_seconds> best;
  for (int hour = 0; hour < 24; ++hour) {
    if (!line[1].values[static_cast<std::size_t>(hour)]) continue;
    for (int minute = 0; minute < 60; ++minute) {
      if (!line[0].values[static_cast<std::size_t>(minute)]) continue;
      const local_seconds local = local_seconds(day) + hours(hour) + minutes(minute);
      for (const sys_seconds instant : firings(line, zone, local))
        if (instant > after && (!best || instant < *best)) best = instant;
    }
  }
  return best;
}

Result<TimeZone> zone_of(std::string_view name, const ZoneLoader& load) {
  if (name.empty() || name == "UTC" || name == "Etc/UTC") return TimeZone::utc();
  if (!load)
    return crema::fail(
        cron_error(fmt::format("not supported: time zone '{}' without time zone data", name)));
  return TimeZone::parse(CREMA_TRY(load(name)));
}

}  // namespace

Result<sys_seconds> next_cron(std::string_view cron, std::string_view timezone, sys_seconds after,
                              const ZoneLoader& load_zone) {
  const Line line = CREMA_TRY(read_line(cron));
  const TimeZone zone = CREMA_TRY(zone_of(timezone, load_zone));
  const local_seconds now((after + zone.offset_at(after)).time_since_epoch());
  // A day early, because of clock changes that cross midnight.
  std::chrono::local_days day = std::chrono::floor<days>(now) - days(1);
  for (int i = 0; i < kMaxDays; ++i, day += days(1)) {
    if (!fires_on(line, day)) continue;
    if (const auto found = first_on(line, zone, day, after)) return *found;
  }
  return crema::fail(cron_error(fmt::format("'{}' never fires", cron)));
}

}  // namespace crema::workflow
