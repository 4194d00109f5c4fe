#include "log_parts.h"

#include "crema/base/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace crema::report {
namespace {

using evidence::LineKind;

constexpr std::string_view kKinds = "ocgednwE";  // by LineKind, as the store has them
constexpr std::uint64_t kLinesOfPart = std::uint64_t{16} * 1024;
constexpr std::size_t kBytesOfPart = std::size_t{1024} * 1024;
constexpr std::uint64_t kPage = 4096;
constexpr std::size_t kMostGroups = 5000;
constexpr std::size_t kMostMarks = 1000;

std::int64_t milliseconds(evidence::Time time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

std::string base36(std::int64_t number) {
  std::array<char, 16> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, 36);
  return {buffer.data(), end};
}

// A line that a program never ended keeps its beginning; whole characters only.
std::string shortened_line(std::string_view text) {
  auto end = kLongestLine;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return fmt::format("{} ... {} bytes left out", text.substr(0, end), text.size() - end);
}

void add_number(std::string& list, std::string_view text) {
  if (!list.empty()) list += ',';
  list += text;
}

}  // namespace

std::uint64_t lines_kept_of_each(std::span<const std::uint64_t> counts, std::uint64_t most) {
  std::vector<std::uint64_t> ascending(counts.begin(), counts.end());
  std::ranges::sort(ascending);
  // The short ones take what they have; the rest is shared by the long ones.
  auto rest = most;
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    const auto share = rest / (ascending.size() - i);
    if (ascending[i] > share) return share;
    rest -= ascending[i];
  }
  return most;
}

void LogParts::begin_step(evidence::JobIndex job, evidence::StepIndex step) {
  step_ = fmt::format("\"job\":{},\"step\":{},\"first\":{}", job, step, lines_);
  step_first_ = lines_;
  open_groups_.clear();
  marked_.clear();
  groups_.clear();
  left_out_.clear();
}

void LogParts::add(const store::StoredLine& line) {
  std::string_view text = line.text;
  std::string shortened;
  if (text.size() > kLongestLine) text = shortened = shortened_line(text);
  text = valid_utf8(text, utf8_);
  // A message of several lines is as many lines here.
  while (true) {
    const auto end = text.find('\n');
    add_line(line, text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

void LogParts::add_line(const store::StoredLine& line, std::string_view text) {
  const auto own = lines_ - step_first_;
  if (line.kind == LineKind::group) {
    open_groups_.push_back(own);
  } else if (line.kind == LineKind::end_group && !open_groups_.empty()) {
    if (groups_.size() < kMostGroups * 16)
      add_number(groups_, fmt::format("[{},{}]", open_groups_.back(), own));
    open_groups_.pop_back();
  } else if (line.kind == LineKind::error && marked_.size() < kMostMarks) {
    marked_.push_back(own);
  }
  if (part_lines_ != 0) {
    texts_ += '\n';
    times_ += ',';
  }
  kinds_ += kKinds[static_cast<std::size_t>(line.kind)];
  const auto time = milliseconds(line.time);
  if (time != last_time_) times_ += base36(time - last_time_);
  last_time_ = time;
  texts_ += text;
  ++lines_;
  if (++part_lines_ == kLinesOfPart || texts_.size() >= kBytesOfPart) write_part();
}

void LogParts::leave_out(std::uint64_t lines) {
  left_out_ = fmt::format(",\"leftOut\":[{},{}]", lines_ - step_first_, lines);
}

void LogParts::end_step() {
  std::string marks;
  for (const auto line : marked_) add_number(marks, std::to_string(line));
  add_number(steps_json_, fmt::format("{{{},\"lines\":{},\"groups\":[{}],\"errors\":[{}]{}}}",
                                      step_, lines_ - step_first_, groups_, marks, left_out_));
}

void LogParts::write_part() {
  if (part_lines_ == 0) return;
  bytes_ += texts_.size();
  add_number(parts_json_,
             fmt::format("[{},{},{}]", lines_ - part_lines_, part_lines_, texts_.size()));
  page_.part(fmt::format("log-{}", parts_++), kinds_ + "\n" + times_ + "\n" + texts_, true);
  kinds_.clear();
  times_.clear();
  texts_.clear();
  part_lines_ = 0;
  last_time_ = 0;
}

void LogParts::finish() {
  write_part();
  page_.begin_json("crema-logs");
  page_.json(fmt::format("{{\"lines\":{},\"bytes\":{},\"parts\":[{}],\"steps\":[{}]}}", lines_,
                         bytes_, parts_json_, steps_json_));
  page_.end_json();
}

namespace {

// Lines [first, last) of a step; how many of them there was room for.
Result<std::uint64_t> add_lines(LogParts& logs, store::Store& store, store::RunNumber run,
                                evidence::JobIndex job, evidence::StepIndex step,
                                std::uint64_t first, std::uint64_t last) {
  auto next = first;
  while (next < last && !logs.full()) {
    const auto lines =
        CREMA_TRY(store.read_log(run, job, step, next, std::min(kPage, last - next)));
    if (lines.empty()) break;
    for (const auto& line : lines) logs.add(line);
    next += lines.size();
  }
  return next - first;
}

Result<> add_step(LogParts& logs, store::Store& store, const store::RunRecord& run,
                  evidence::JobIndex job, evidence::StepIndex step, std::uint64_t count,
                  std::uint64_t kept) {
  const auto head = count <= kept ? count : kept / 2;
  const auto tail = count <= kept ? 0 : kept - head;
  logs.begin_step(job, step);
  const auto begun = CREMA_TRY(add_lines(logs, store, run.number, job, step, 0, head));
  if (begun < head) {
    logs.leave_out(count - begun);
  } else if (head < count) {
    logs.leave_out(count - head - tail);
    CREMA_TRY(add_lines(logs, store, run.number, job, step, count - tail, count));
  }
  logs.end_step();
  return {};
}

}  // namespace

Result<> write_logs(PageWriter& page, store::Store& store, const store::RunRecord& run) {
  std::vector<std::uint64_t> counts;
  for (const auto& job : run.jobs) {
    for (const auto& step : job.steps)
      counts.push_back(CREMA_TRY(store.count_log_lines(run.number, job.index, step.index)));
  }
  const auto kept = lines_kept_of_each(counts, kMostLogLines);
  LogParts logs(page);
  std::size_t at = 0;
  for (const auto& job : run.jobs) {
    for (const auto& step : job.steps) {
      const auto count = counts[at++];
      if (count != 0) CREMA_TRY(add_step(logs, store, run, job.index, step.index, count, kept));
    }
  }
  logs.finish();
  return {};
}

}  // namespace crema::report
