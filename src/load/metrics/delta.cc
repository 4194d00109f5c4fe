// The binary form of a delta; delta_reader.cc reads it.
#include "crema/load/metrics/delta.h"

#include "delta_format.h"

#include <bit>
#include <variant>

namespace crema::load {
namespace {

class DeltaWriter {
 public:
  std::string write(const Delta& delta) {
    out_ += kDeltaMagic;
    byte(kDeltaVersion);
    number(delta.overflow);
    number(delta.totals.size());
    for (const auto& total : delta.totals) write_total(total);
    number(delta.seconds.size());
    for (const Second& second : delta.seconds) write_second(second);
    number(delta.requests.size());
    for (const RequestTally& tally : delta.requests) write_tally(tally);
    write_group(delta.groups);
    number(delta.parts.size());
    for (const auto& part : delta.parts) write_part(part);
    return std::move(out_);
  }

 private:
  void byte(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }

  void number(std::uint64_t value) {
    for (; value >= 0x80U; value >>= 7U) byte(static_cast<std::uint8_t>(value) | 0x80U);
    byte(static_cast<std::uint8_t>(value));
  }

  // Small whatever its sign.
  void signed_number(std::int64_t value) {
    number((static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63U));
  }

  void real(double value) {
    auto bits = std::bit_cast<std::uint64_t>(value);
    for (int i = 0; i < 8; ++i, bits >>= 8U) byte(static_cast<std::uint8_t>(bits));
  }

  void text(std::string_view value) {
    number(value.size());
    out_ += value;
  }

  void time(sys::WallTime value) {
    signed_number(std::chrono::nanoseconds(value.time_since_epoch()).count());
  }

  void write_metric(const Metric& metric) {
    byte(static_cast<std::uint8_t>(metric.type));
    byte(static_cast<std::uint8_t>(metric.contains));
    text(metric.name);
  }

  void write_total(const Delta::Total& total) {
    write_metric(*total.metric);
    text(total.sub == nullptr ? std::string_view() : total.sub->name);
    std::visit([&](const auto& sink) { write_sink(sink); }, total.sink);
  }

  void write_part(const Delta::PartTotal& total) {
    write_metric(*total.key.metric);
    text(total.key.part.scenario);
    text(total.key.part.group);
    text(total.key.part.check);
    std::visit([&](const auto& sink) { write_sink(sink); }, total.sink);
  }

  void write_sink(const CounterSink& sink) {
    number(sink.count);
    time(sink.first);
    write_sum(sink.total);
  }

  void write_sink(const GaugeSink& sink) {
    number(sink.count);
    real(sink.last);
    real(sink.min);
    real(sink.max);
    time(sink.time);
  }

  void write_sink(const RateSink& sink) {
    number(sink.trues);
    number(sink.total);
  }

  void write_sink(const TrendSink& sink) {
    byte(sink.exact() ? 1 : 0);
    write_sum(sink.exact_sum());
    if (sink.exact()) {
      number(sink.samples().size());
      for (const double sample : sink.samples()) real(sample);
    } else {
      real(sink.min());
      real(sink.max());
      write_buckets(sink.buckets());
    }
  }

  void write_sum(const ExactSum& sum) {
    const auto chunks = sum.chunks();
    std::uint64_t used = 0;
    for (const auto chunk : chunks) used += chunk != 0 ? 1U : 0U;
    number(used);
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      if (chunks[i] == 0) continue;
      byte(static_cast<std::uint8_t>(i));
      signed_number(chunks[i]);
    }
  }

  void write_buckets(const SparseHistogram& buckets) {
    number(buckets.size());
    std::int64_t before = 0;
    for (const auto& [bucket, count] : buckets) {
      signed_number(bucket - before);
      number(count);
      before = bucket;
    }
  }

  void write_second(const Second& second) {
    signed_number(second.second);
    for (const auto& count : kSecondCounts) number(second.*count);
    number(second.vus ? *second.vus + 1 : 0);
    write_buckets(second.durations);
    write_buckets(second.intended);
    number(second.failures.size());
    for (const auto& [code, count] : second.failures) {
      number(code);
      number(count);
    }
  }

  void write_tally(const RequestTally& tally) {
    text(tally.kind.scenario);
    text(tally.kind.name);
    text(tally.kind.method);
    number(tally.requests);
    number(tally.failed);
    number(tally.duration_sum);
    write_buckets(tally.durations);
  }

  void write_group(const Group& group) {
    number(group.checks().size());
    for (const auto& check : group.checks()) {
      text(check->name);
      number(check->order);
      number(check->passes);
      number(check->fails);
    }
    number(group.groups().size());
    for (const auto& inner : group.groups()) {
      text(inner->name());
      write_group(*inner);
    }
  }

  std::string out_;
};

}  // namespace

std::string serialise(const Delta& delta) { return DeltaWriter().write(delta); }

}  // namespace crema::load
