#include "point_batch.h"

#include <cmath>
#include <unordered_map>

namespace crema::load {
namespace {

// The place of `key` in a list that grows by what `make` makes.
template <class Key, class List, class Make>
std::uint32_t place_of(std::unordered_map<const Key*, std::uint32_t>& places, const Key* key,
                       List& list, Make make) {
  const auto [at, fresh] = places.try_emplace(key, static_cast<std::uint32_t>(list.size()));
  if (fresh) list.push_back(make());
  return at->second;
}

PointBatch::OfSeries series_of(const Series& series) {
  PointBatch::OfSeries of{.metric = series.metric().name,
                          .type = static_cast<std::uint8_t>(series.metric().type),
                          .contains = static_cast<std::uint8_t>(series.metric().contains),
                          .tags = {}};
  for (const Tag& tag : series.tags().tags()) of.tags.emplace_back(tag.key, tag.value);
  return of;
}

}  // namespace

PointBatch point_batch(std::span<const Point> points) {
  PointBatch batch;
  std::unordered_map<const Series*, std::uint32_t> series;
  std::unordered_map<const Metadata*, std::uint32_t> metadata;
  batch.points.reserve(points.size());
  for (const Point& point : points) {
    PointBatch::OfPoint of{.series = place_of(series, point.series, batch.series,
                                              [&] { return series_of(*point.series); }),
                           .metadata = 0,
                           .time = std::chrono::nanoseconds(point.time.time_since_epoch()).count(),
                           .value = point.value};
    if (point.metadata)
      of.metadata = 1 + place_of(metadata, point.metadata.get(), batch.metadata,
                                 [&] { return PointBatch::OfMetadata{*point.metadata}; });
    batch.points.push_back(of);
  }
  return batch;
}

Result<std::vector<Point>> PointReader::read(const PointBatch& batch) {
  std::vector<const Series*> series;
  for (const auto& of : batch.series) {
    if (of.type > static_cast<std::uint8_t>(MetricType::trend) ||
        of.contains > static_cast<std::uint8_t>(ValueType::data))
      return fail("load/message", "a sample of an agent is of a metric of no known type");
    const Metric* metric = CREMA_TRY(registry_.declare(of.metric, static_cast<MetricType>(of.type),
                                                       static_cast<ValueType>(of.contains)));
    std::vector<Tag> tags;
    for (const auto& [key, value] : of.tags) tags.push_back({key, value});
    series.push_back(recorder_.series(*metric, tags_.with_all(tags_.empty(), tags)));
  }
  std::vector<std::shared_ptr<const Metadata>> metadata{nullptr};
  for (const auto& of : batch.metadata)
    metadata.push_back(std::make_shared<const Metadata>(of.pairs));
  std::vector<Point> points;
  points.reserve(batch.points.size());
  for (const auto& of : batch.points) {
    if (of.series >= series.size() || of.metadata >= metadata.size() || !std::isfinite(of.value))
      return fail("load/message", "a sample of an agent is of no series, or no number");
    points.push_back({.series = series[of.series],
                      .time = sys::WallTime(std::chrono::nanoseconds(of.time)),
                      .value = of.value,
                      .metadata = metadata[of.metadata]});
  }
  return points;
}

}  // namespace crema::load
