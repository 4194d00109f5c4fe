// One series of one run, made ready to be laid together from stretches of its time again and again.
#pragma once

#include "crema/load/compare/bootstrap.h"
#include "crema/load/compare/series.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace crema::load {

struct Stretch {
  std::size_t from = 0;  // in units
  std::size_t to = 0;    // exclusive
};

class ResampledRun {
 public:
  // Leaves out the first `skip` blocks and makes units of `group` blocks each; what remains at the
  // end, less than a unit, is left out too.
  ResampledRun(const RunSeries& series, double block_seconds, std::size_t skip, std::size_t group);

  std::size_t units() const { return units_; }

  // The statistic over the stretches; none where they hold no request.
  std::optional<double> value(std::span<const Stretch> stretches, const Statistic& statistic) const;

 private:
  std::size_t units_ = 0;
  double unit_seconds_ = 0;
  std::vector<std::uint32_t> keys_;
  // Sums from the start to before a unit, so that a stretch is a difference of two: of requests, of
  // nanoseconds, and of latencies up to a key, in rows of units_ + 1 for each key.
  std::vector<std::uint64_t> requests_;
  std::vector<double> nanoseconds_;
  std::vector<std::uint64_t> counts_;

  void collect_keys(std::span<const TimeBlock> blocks);
  void count(std::span<const TimeBlock> blocks, std::size_t group);
  std::uint64_t count_up_to(std::size_t key, std::span<const Stretch> stretches) const;
  std::optional<double> quantile(std::span<const Stretch> stretches, double quantile) const;
};

}  // namespace crema::load
