#include "resampled_run.h"

#include <algorithm>

namespace crema::load {

ResampledRun::ResampledRun(const RunSeries& series, double block_seconds, std::size_t skip,
                           std::size_t group)
    : unit_seconds_(block_seconds * static_cast<double>(group)) {
  const auto all = std::span(series.blocks);
  auto blocks = all.subspan(std::min(skip, all.size()));
  units_ = blocks.size() / group;
  blocks = blocks.first(units_ * group);
  requests_.assign(units_ + 1, 0);
  nanoseconds_.assign(units_ + 1, 0);
  for (std::size_t at = 0; at < blocks.size(); ++at) {
    requests_[at / group + 1] += blocks[at].requests;
    nanoseconds_[at / group + 1] += static_cast<double>(blocks[at].latency_sum_ns);
  }
  for (std::size_t unit = 0; unit < units_; ++unit) {
    requests_[unit + 1] += requests_[unit];
    nanoseconds_[unit + 1] += nanoseconds_[unit];
  }
  collect_keys(blocks);
  count(blocks, group);
}

void ResampledRun::collect_keys(std::span<const TimeBlock> blocks) {
  std::vector<bool> seen(kLargestLatencyKey + 1);
  for (const auto& block : blocks)
    for (const auto& bucket : block.latency) seen[bucket.key] = true;
  for (std::uint32_t key = 0; key <= kLargestLatencyKey; ++key)
    if (seen[key]) keys_.push_back(key);
}

void ResampledRun::count(std::span<const TimeBlock> blocks, std::size_t group) {
  std::vector<std::uint32_t> row_of(kLargestLatencyKey + 1);
  for (std::size_t row = 0; row < keys_.size(); ++row)
    row_of[keys_[row]] = static_cast<std::uint32_t>(row);
  const auto width = units_ + 1;
  counts_.assign(keys_.size() * width, 0);
  for (std::size_t at = 0; at < blocks.size(); ++at)
    for (const auto& bucket : blocks[at].latency)
      counts_[row_of[bucket.key] * width + at / group + 1] += bucket.count;
  for (std::size_t row = 0; row < keys_.size(); ++row) {
    std::uint64_t sum = 0;
    for (std::size_t unit = 0; unit < width; ++unit) {
      sum += counts_[row * width + unit];
      counts_[row * width + unit] = sum + (row > 0 ? counts_[(row - 1) * width + unit] : 0);
    }
  }
}

std::uint64_t ResampledRun::count_up_to(std::size_t key, std::span<const Stretch> stretches) const {
  const auto* row = counts_.data() + key * (units_ + 1);
  std::uint64_t sum = 0;
  for (const auto& stretch : stretches) sum += row[stretch.to] - row[stretch.from];
  return sum;
}

std::optional<double> ResampledRun::quantile(std::span<const Stretch> stretches,
                                             double quantile) const {
  if (keys_.empty()) return std::nullopt;
  const auto total = count_up_to(keys_.size() - 1, stretches);
  if (total == 0) return std::nullopt;
  // The place among all in ascending order, as in type 7 of Hyndman and Fan (1996).
  const double rank = quantile * static_cast<double>(total - 1);
  std::size_t low = 0;
  std::size_t high = keys_.size() - 1;
  while (low < high) {
    const auto middle = (low + high) / 2;
    if (static_cast<double>(count_up_to(middle, stretches)) > rank)
      high = middle;
    else
      low = middle + 1;
  }
  const auto below = low > 0 ? count_up_to(low - 1, stretches) : 0;
  const auto here = count_up_to(low, stretches) - below;
  // Spread evenly over the bucket, or resamples would jump from one bucket to the next.
  const double part =
      std::clamp((rank - static_cast<double>(below) + 0.5) / static_cast<double>(here), 0.0, 1.0);
  return static_cast<double>(latency_from(keys_[low])) +
         part * static_cast<double>(latency_width(keys_[low]) - 1);
}

std::optional<double> ResampledRun::value(std::span<const Stretch> stretches,
                                          const Statistic& statistic) const {
  if (statistic.kind == StatisticKind::quantile) return quantile(stretches, statistic.quantile);
  std::uint64_t requests = 0;
  double nanoseconds = 0;
  std::size_t units = 0;
  for (const auto& stretch : stretches) {
    requests += requests_[stretch.to] - requests_[stretch.from];
    nanoseconds += nanoseconds_[stretch.to] - nanoseconds_[stretch.from];
    units += stretch.to - stretch.from;
  }
  if (requests == 0) return std::nullopt;
  if (statistic.kind == StatisticKind::throughput)
    return static_cast<double>(requests) / (static_cast<double>(units) * unit_seconds_);
  const auto timed = keys_.empty() ? 0 : count_up_to(keys_.size() - 1, stretches);
  if (timed == 0) return std::nullopt;
  return nanoseconds / static_cast<double>(timed);
}

}  // namespace crema::load
