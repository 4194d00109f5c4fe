// A native histogram of Prometheus: buckets that grow by a fixed factor, counted where they were
// touched (https://prometheus.io/docs/specs/native_histograms/).
#pragma once

#include "protobuf_writer.h"

#include <cstdint>
#include <map>

namespace crema::load {

class NativeHistogram {
 public:
  // Finite values.
  void add(double value);
  std::uint64_t count() const { return count_; }
  // The fields of prometheus.Histogram, with the time in milliseconds since 1970.
  void write(ProtobufWriter& out, std::int64_t time) const;

 private:
  using Buckets = std::map<std::int32_t, std::uint64_t>;
  static std::int32_t bucket_of(double magnitude);
  static void write_buckets(ProtobufWriter& out, const Buckets& buckets, std::uint32_t spans,
                            std::uint32_t deltas);

  std::uint64_t count_ = 0;
  std::uint64_t zeros_ = 0;
  double sum_ = 0;
  Buckets positive_;
  Buckets negative_;
};

}  // namespace crema::load
