#include "point_batch.h"

#include <gtest/gtest.h>

#include <limits>

namespace crema::load {
namespace {

TEST(PointBatch, ComesBackAsItWas) {
  Registry registry;
  const Builtins builtins(registry);
  TagStore tags;
  Recorder recorder(registry, builtins, tags, true);
  const auto* cups = *registry.declare("cups", MetricType::counter);
  const auto* set = tags.with(tags.with(tags.empty(), "status", "200"), "a", "");
  const sys::WallTime time{std::chrono::nanoseconds(1'700'000'000'123'456'789)};
  const auto metadata = std::make_shared<const Metadata>(Metadata{{"vu", "1"}});
  recorder.add(recorder.series(*cups, set), 1.5, time, metadata);
  recorder.add(recorder.series(*cups, tags.empty()), -2, time);
  recorder.add(recorder.series(*cups, set), 3, time, metadata);
  const auto points = recorder.take_points();

  Registry other;
  const Builtins others(other);
  PointReader reader(other, others);
  const auto read = reader.read(point_batch(points));
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->size(), 3U);
  EXPECT_EQ(other.find("cups")->type, MetricType::counter);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ((*read)[i].time, points[i].time);
    EXPECT_EQ((*read)[i].value, points[i].value);
    EXPECT_EQ((*read)[i].series->metric().name, "cups");
    EXPECT_EQ((*read)[i].series->tags().find("status"), points[i].series->tags().find("status"));
    EXPECT_EQ((*read)[i].metadata == nullptr, points[i].metadata == nullptr);
  }
  EXPECT_EQ((*read)[0].metadata->at(0).second, "1");
  EXPECT_EQ((*read)[0].series, (*read)[2].series);
}

TEST(PointBatch, WhatCannotBeIsRefused) {
  Registry registry;
  const Builtins builtins(registry);
  PointReader reader(registry, builtins);
  const PointBatch::OfSeries series{.metric = "cups", .type = 0, .contains = 0, .tags = {}};
  EXPECT_FALSE(reader.read({.series = {series}, .points = {{.series = 1}}}));
  EXPECT_FALSE(reader.read({.series = {series}, .points = {{.metadata = 1}}}));
  EXPECT_FALSE(reader.read({.series = {{.metric = "cups", .type = 4}}}));
  EXPECT_FALSE(reader.read({.series = {{.metric = "no name"}}}));
  EXPECT_FALSE(reader.read({.series = {{.metric = "http_reqs", .type = 3}}}));
  EXPECT_FALSE(reader.read(
      {.series = {series}, .points = {{.value = std::numeric_limits<double>::infinity()}}}));
}

}  // namespace
}  // namespace crema::load
