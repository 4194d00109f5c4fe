#include "time_zone.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace crema::workflow {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::sys_days;

constexpr std::size_t kHeaderSize = 44;

// Big-endian numbers of a TZif file.
class Bytes {
 public:
  explicit Bytes(std::string_view text) : text_(text) {}
  bool holds(std::size_t size) const { return text_.size() - at_ >= size; }
  void skip(std::size_t size) { at_ += size; }
  std::string_view rest() const { return text_.substr(at_); }
  std::int64_t number(std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
      value = (value << 8) | static_cast<unsigned char>(text_[at_ + i]);
    at_ += size;
    if (size == 4) return static_cast<std::int32_t>(static_cast<std::uint32_t>(value));
    return static_cast<std::int64_t>(value);
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

struct Header {
  char version = 0;
  std::size_t ut_count, standard_count, leap_count, time_count, type_count, name_size;

  std::size_t body_size(std::size_t time_size) const {
    return time_count * (time_size + 1) + type_count * 6 + name_size +
           leap_count * (time_size + 4) + standard_count + ut_count;
  }
};

std::optional<Header> read_header(Bytes& bytes) {
  if (!bytes.holds(kHeaderSize) || !bytes.rest().starts_with("TZif")) return std::nullopt;
  Header header{};
  header.version = bytes.rest()[4];
  bytes.skip(20);
  for (std::size_t Header::* count :
       {&Header::ut_count, &Header::standard_count, &Header::leap_count, &Header::time_count,
        &Header::type_count, &Header::name_size}) {
    const std::int64_t value = bytes.number(4);
    if (value < 0 || value > 100'000) return std::nullopt;
    header.*count = static_cast<std::size_t>(value);
  }
  return header;
}

// Reads the pieces of a POSIX TZ string from its front.
class PosixReader {
 public:
  explicit PosixReader(std::string_view text) : text_(text) {}

  std::optional<PosixZone> read() {
    PosixZone zone;
    if (!name() || text_.empty()) return std::nullopt;
    const auto standard = time();
    if (!standard) return std::nullopt;
    zone.standard = -*standard;  // POSIX counts west of Greenwich as positive
    if (text_.empty()) return zone;
    if (!name()) return std::nullopt;
    zone.daylight = zone.standard + hours(1);
    if (!text_.empty() && text_.front() != ',') {
      const auto daylight = time();
      if (!daylight) return std::nullopt;
      zone.daylight = -*daylight;
    }
    if (!day(zone.start) || !day(zone.end) || !text_.empty()) return std::nullopt;
    return zone;
  }

 private:
  bool take(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }

  bool name() {
    const bool bracketed = take('<');
    std::size_t end = 0;
    if (bracketed) {
      end = text_.find('>');
      if (end == std::string_view::npos) return false;
      text_.remove_prefix(end + 1);
      return true;
    }
    while (end < text_.size() && ((text_[end] | 0x20) >= 'a' && (text_[end] | 0x20) <= 'z')) ++end;
    text_.remove_prefix(end);
    return end > 0;
  }

  std::optional<int> number() {
    int value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error != std::errc() || value < 0 || value > 1000) return std::nullopt;
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return value;
  }

  // [+-]hh[:mm[:ss]]
  std::optional<seconds> time() {
    const bool negative = take('-');
    if (!negative) take('+');
    seconds total{0};
    int unit = 3600;
    do {
      const auto value = number();
      if (!value) return std::nullopt;
      total += seconds(*value * unit);
      unit /= 60;
    } while (unit > 0 && take(':'));
    return negative ? -total : total;
  }

  bool day(PosixZone::Day& day) {
    if (!take(',')) return false;
    if (take('M')) {
      const auto month = number();
      const auto week = take('.') ? number() : std::nullopt;
      const auto weekday = take('.') ? number() : std::nullopt;
      if (!month || !week || !weekday) return false;
      if (*month < 1 || *month > 12 || *week < 1 || *week > 5 || *weekday > 6) return false;
      day.month = *month;
      day.week = *week;
      day.weekday = *weekday;
    } else {
      day.form = take('J') ? 'J' : '0';
      const auto value = number();
      if (!value || *value > 366) return false;
      day.day = *value;
    }
    if (take('/')) {
      const auto at = time();
      if (!at) return false;
      day.time = *at;
    }
    return true;
  }

  std::string_view text_;
};

// The instant a rule's day begins to hold in a year, on the clock that runs at `offset`.
sys_seconds instant_of(const PosixZone::Day& day, std::chrono::year year, seconds offset) {
  using namespace std::chrono;
  sys_days date;
  if (day.form == 'M') {
    const month in(static_cast<unsigned>(day.month));
    const weekday on(static_cast<unsigned>(day.weekday));
    date = day.week == 5 ? sys_days(year / in / weekday_last(on))
                         : sys_days(year / in / on[static_cast<unsigned>(day.week)]);
  } else {
    date = sys_days(year / January / 1) + days(day.form == 'J' ? day.day - 1 : day.day);
    if (day.form == 'J' && year.is_leap() && day.day >= 60) date += days(1);
  }
  return sys_seconds(date) + day.time - offset;
}

Diagnostic bad_zone() {
  return make_error("workflow/timezone", "the time zone file is damaged or of an unknown form");
}

}  // namespace

std::optional<PosixZone> parse_posix_zone(std::string_view text) {
  return PosixReader(text).read();
}

seconds posix_offset_at(const PosixZone& zone, sys_seconds time) {
  if (!zone.daylight) return zone.standard;
  const auto year =
      std::chrono::year_month_day(std::chrono::floor<days>(time + zone.standard)).year();
  const sys_seconds start = instant_of(zone.start, year, zone.standard);
  const sys_seconds end = instant_of(zone.end, year, *zone.daylight);
  const bool daylight = start < end ? time >= start && time < end : time >= start || time < end;
  return daylight ? *zone.daylight : zone.standard;
}

Result<TimeZone> TimeZone::parse(std::string_view tzif) {
  Bytes bytes(tzif);
  auto header = read_header(bytes);
  if (!header) return crema::fail(bad_zone());
  std::size_t time_size = 4;
  if (header->version >= '2') {  // the same again follows, with 64-bit times
    if (!bytes.holds(header->body_size(4))) return crema::fail(bad_zone());
    bytes.skip(header->body_size(4));
    header = read_header(bytes);
    if (!header) return crema::fail(bad_zone());
    time_size = 8;
  }
  if (!bytes.holds(header->body_size(time_size)) || header->type_count == 0)
    return crema::fail(bad_zone());
  TimeZone zone;
  for (std::size_t i = 0; i < header->time_count; ++i)
    zone.changes_.emplace_back(seconds(bytes.number(time_size)));
  std::vector<std::size_t> types;
  for (std::size_t i = 0; i < header->time_count; ++i)
    types.push_back(static_cast<std::size_t>(bytes.number(1)));
  std::vector<seconds> offsets;
  for (std::size_t i = 0; i < header->type_count; ++i) {
    offsets.emplace_back(bytes.number(4));
    bytes.skip(2);
  }
  for (const std::size_t type : types) {
    if (type >= offsets.size()) return crema::fail(bad_zone());
    zone.offsets_.push_back(offsets[type]);
  }
  if (!std::is_sorted(zone.changes_.begin(), zone.changes_.end())) return crema::fail(bad_zone());
  zone.first_ = offsets.front();
  bytes.skip(header->name_size + header->leap_count * (time_size + 4) + header->standard_count +
             header->ut_count);
  std::string_view footer = bytes.rest();
  if (time_size == 8 && footer.starts_with('\n')) {
    footer.remove_prefix(1);
    zone.rule_ = parse_posix_zone(footer.substr(0, footer.find('\n')));
  }
  return zone;
}

seconds TimeZone::offset_at(sys_seconds time) const {
  const auto next = std::upper_bound(changes_.begin(), changes_.end(), time);
  if (next == changes_.end() && rule_) return posix_offset_at(*rule_, time);
  if (next == changes_.begin()) return first_;
  return offsets_[static_cast<std::size_t>(next - changes_.begin()) - 1];
}

std::vector<sys_seconds> TimeZone::instants_of(local_seconds local) const {
  std::vector<sys_seconds> instants;
  const sys_seconds as_utc(local.time_since_epoch());
  for (const hours away : {hours(-26), hours(26)}) {
    const sys_seconds candidate = as_utc - offset_at(as_utc + away);
    if (as_utc - offset_at(candidate) == candidate &&
        std::find(instants.begin(), instants.end(), candidate) == instants.end())
      instants.push_back(candidate);
  }
  std::sort(instants.begin(), instants.end());
  return instants;
}

sys_seconds TimeZone::end_of_gap(local_seconds local) const {
  // The offset changes somewhere in these two days; find the first second of the new one.
  const sys_seconds as_utc(local.time_since_epoch());
  sys_seconds low = as_utc - hours(26);
  sys_seconds high = as_utc + hours(26);
  const seconds before = offset_at(low);
  while (high - low > seconds(1)) {
    const sys_seconds middle = low + (high - low) / 2;
    (offset_at(middle) == before ? low : high) = middle;
  }
  return high;
}

}  // namespace crema::workflow
