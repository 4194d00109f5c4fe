// Reads the binary form of a delta, which another process has made: nothing in it is believed
// before it was looked at.
#include "delta_format.h"

#include "crema/load/metrics/delta.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace crema::load {
namespace {

constexpr std::size_t kDeepestGroup = 100;
// An octave has 512 buckets, and a double 2,047 octaves on each side of 0.
constexpr std::int64_t kLastBucket = 2047 * 512 - 1;
constexpr std::uint64_t kLastFailure = 0xFFFFFFFF;
constexpr std::int64_t kLargestChunk = std::int64_t{1} << 32U;

class DeltaReader {
 public:
  DeltaReader(std::string_view bytes, Registry& registry)
      : rest_(bytes), size_(bytes.size()), registry_(registry) {}

  Result<Delta> read() {
    if (!rest_.starts_with(kDeltaMagic)) return fault("it does not begin as a delta does");
    rest_.remove_prefix(kDeltaMagic.size());
    if (const auto version = CREMA_TRY(byte()); version != kDeltaVersion)
      return fault(
          fmt::format("it has version {}, and this crema reads {}", version, kDeltaVersion));
    Delta delta;
    delta.overflow = CREMA_TRY(number());
    for (auto left = CREMA_TRY(length()); left != 0; --left)
      delta.totals.push_back(CREMA_TRY(read_total()));
    for (auto left = CREMA_TRY(length()); left != 0; --left)
      delta.seconds.push_back(CREMA_TRY(read_second()));
    for (auto left = CREMA_TRY(length()); left != 0; --left)
      delta.requests.push_back(CREMA_TRY(read_tally()));
    CREMA_TRY(read_group(delta.groups, 0));
    for (auto left = CREMA_TRY(length()); left != 0; --left)
      delta.parts.push_back(CREMA_TRY(read_part()));
    if (!rest_.empty()) return fault("there is more behind its end");
    return delta;
  }

 private:
  tl::unexpected<Diagnostic> fault(std::string_view why) const {
    auto error = make_error("load/delta", fmt::format("measurements of an agent cannot be read: {} "
                                                      "(byte {})",
                                                      why, size_ - rest_.size()));
    error.hint = "use the same version of crema everywhere";
    return fail(std::move(error));
  }

  Result<std::uint8_t> byte() {
    if (rest_.empty()) return fault("it ends too early");
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }

  Result<std::uint64_t> number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint64_t next = CREMA_TRY(byte());
      if (shift == 63 && next > 1) break;
      value |= (next & 0x7FU) << shift;
      if (next < 0x80U) return value;
    }
    return fault("a number is too large");
  }

  Result<std::int64_t> signed_number() {
    const auto value = CREMA_TRY(number());
    return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
  }

  Result<double> real() {
    if (rest_.size() < 8) return fault("it ends too early");
    std::uint64_t bits = 0;
    for (unsigned i = 0; i < 8; ++i)
      bits |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(rest_[i])) << (8 * i);
    const auto value = std::bit_cast<double>(bits);
    if (!std::isfinite(value)) return fault("a value is not finite");
    rest_.remove_prefix(8);
    return value;
  }

  // How many of something follow; each takes a byte at least.
  Result<std::uint64_t> length() {
    const auto count = CREMA_TRY(number());
    if (count > rest_.size()) return fault("it promises more than there is");
    return count;
  }

  Result<std::string_view> text() {
    const auto size = CREMA_TRY(length());
    const auto value = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return value;
  }

  Result<sys::WallTime> time() {
    return sys::WallTime(std::chrono::nanoseconds(CREMA_TRY(signed_number())));
  }

  Result<const Metric*> read_metric() {
    const auto type = CREMA_TRY(byte());
    const auto contains = CREMA_TRY(byte());
    if (type > static_cast<std::uint8_t>(MetricType::trend) ||
        contains > static_cast<std::uint8_t>(ValueType::data))
      return fault("a metric has a type that is not known");
    const auto name = CREMA_TRY(text());
    return registry_.declare(name, static_cast<MetricType>(type), static_cast<ValueType>(contains));
  }

  Result<Delta::PartTotal> read_part() {
    Delta::PartTotal total;
    total.key.metric = CREMA_TRY(read_metric());
    total.key.part.scenario = CREMA_TRY(text());
    total.key.part.group = CREMA_TRY(text());
    total.key.part.check = CREMA_TRY(text());
    total.sink = CREMA_TRY(read_sink(total.key.metric->type));
    return total;
  }

  Result<Delta::Total> read_total() {
    Delta::Total total;
    total.metric = CREMA_TRY(read_metric());
    if (const auto sub = CREMA_TRY(text()); !sub.empty()) {
      total.sub = CREMA_TRY(registry_.declare_sub_metric(sub));
      if (total.sub->metric != total.metric) return fault("a sub-metric is of another metric");
    }
    total.sink = CREMA_TRY(read_sink(total.metric->type));
    return total;
  }

  Result<Sink> read_sink(MetricType type) {
    switch (type) {
      case MetricType::counter: {
        CounterSink sink;
        sink.count = CREMA_TRY(number());
        sink.first = CREMA_TRY(time());
        sink.total = CREMA_TRY(read_sum());
        return Sink(sink);
      }
      case MetricType::gauge: {
        GaugeSink sink;
        sink.count = CREMA_TRY(number());
        sink.last = CREMA_TRY(real());
        sink.min = CREMA_TRY(real());
        sink.max = CREMA_TRY(real());
        sink.time = CREMA_TRY(time());
        return Sink(sink);
      }
      case MetricType::rate: {
        RateSink sink;
        sink.trues = CREMA_TRY(number());
        sink.total = CREMA_TRY(number());
        if (sink.trues > sink.total) return fault("a rate is above 1");
        return Sink(sink);
      }
      case MetricType::trend:
        break;
    }
    return read_trend();
  }

  Result<Sink> read_trend() {
    const auto exact = CREMA_TRY(byte());
    const auto sum = CREMA_TRY(read_sum());
    if (exact == 0) {
      const auto min = CREMA_TRY(real());
      const auto max = CREMA_TRY(real());
      if (min > max) return fault("a trend has its least value above its greatest");
      return Sink(TrendSink::from_parts({}, CREMA_TRY(read_buckets()), min, max, sum));
    }
    const auto count = CREMA_TRY(length());
    if (count > kExactSamples || count * 8 > rest_.size()) return fault("a trend is too long");
    std::vector<double> samples;
    samples.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) samples.push_back(CREMA_TRY(real()));
    if (!std::ranges::is_sorted(samples)) return fault("samples are out of order");
    const auto min = samples.empty() ? 0 : samples.front();
    const auto max = samples.empty() ? 0 : samples.back();
    return Sink(TrendSink::from_parts(std::move(samples), {}, min, max, sum));
  }

  Result<ExactSum> read_sum() {
    ExactSum sum;
    std::array<std::int64_t, ExactSum::kChunks> chunks{};
    for (auto left = CREMA_TRY(length()); left != 0; --left) {
      const auto index = CREMA_TRY(byte());
      const auto chunk = CREMA_TRY(signed_number());
      if (index >= ExactSum::kChunks || chunk > kLargestChunk || chunk < -kLargestChunk)
        return fault("a sum has a part that cannot be");
      if (std::exchange(chunks.at(index), chunk) != 0) return fault("a sum has a part twice");
    }
    sum.merge_chunks(chunks);
    return sum;
  }

  Result<SparseHistogram> read_buckets() {
    SparseHistogram buckets;
    std::int64_t before = 0;
    for (auto left = CREMA_TRY(length()); left != 0; --left) {
      const auto step = CREMA_TRY(signed_number());
      if (step > 2 * kLastBucket || step < -kLastBucket || (!buckets.empty() && step <= 0))
        return fault("buckets are out of order");
      before += step;
      if (before > kLastBucket) return fault("there is no such bucket");
      const auto count = CREMA_TRY(number());
      if (count == 0) return fault("a bucket is empty");
      buckets.emplace_back(static_cast<std::int32_t>(before), count);
    }
    return buckets;
  }

  Result<Second> read_second() {
    Second second;
    second.second = CREMA_TRY(signed_number());
    for (const auto& count : kSecondCounts) second.*count = CREMA_TRY(number());
    if (const auto vus = CREMA_TRY(number()); vus != 0) second.vus = vus - 1;
    second.durations = CREMA_TRY(read_buckets());
    second.intended = CREMA_TRY(read_buckets());
    for (auto left = CREMA_TRY(length()); left != 0; --left) {
      const auto code = CREMA_TRY(number());
      if (code > kLastFailure || (!second.failures.empty() && code <= second.failures.back().first))
        return fault("failures are out of order");
      second.failures.emplace_back(static_cast<std::uint32_t>(code), CREMA_TRY(number()));
    }
    return second;
  }

  Result<RequestTally> read_tally() {
    RequestTally tally;
    tally.kind.scenario = CREMA_TRY(text());
    tally.kind.name = CREMA_TRY(text());
    tally.kind.method = CREMA_TRY(text());
    tally.requests = CREMA_TRY(number());
    tally.failed = CREMA_TRY(number());
    tally.duration_sum = CREMA_TRY(number());
    tally.durations = CREMA_TRY(read_buckets());
    return tally;
  }

  Result<> read_group(Group& group, std::size_t depth) {
    if (depth > kDeepestGroup) return fault("groups are nested too deeply");
    for (auto left = CREMA_TRY(length()); left != 0; --left) {
      Check* check = group.check(CREMA_TRY(text()));
      check->order = CREMA_TRY(number());
      check->passes += CREMA_TRY(number());
      check->fails += CREMA_TRY(number());
    }
    for (auto left = CREMA_TRY(length()); left != 0; --left) {
      Group* inner = group.group(CREMA_TRY(text()));
      CREMA_TRY(read_group(*inner, depth + 1));
    }
    return {};
  }

  std::string_view rest_;
  std::size_t size_;
  Registry& registry_;
};

}  // namespace

Result<Delta> parse_delta(std::string_view bytes, Registry& registry) {
  return DeltaReader(bytes, registry).read();
}

}  // namespace crema::load
