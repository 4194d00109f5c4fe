// What a message holds; that a real Prometheus takes it, with k6's names, is tests/e2e.
#include "prometheus_exporter.h"

#include "output_points.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <snappy.h>

namespace crema::load {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

std::string sample(const Labels& labels, double value, int time) {
  ProtobufWriter out;
  out.message(1, [&] {
    for (const auto& [name, text] : labels)
      out.message(1, [&] {
        out.text(1, name);
        out.text(2, text);
      });
    out.message(2, [&] {
      out.real(1, value);
      out.number(2, static_cast<std::uint64_t>(OutputPoints::kStart.count() + time));
    });
  });
  return out.take();
}

std::string plain(const std::string& message) {
  std::string out;
  EXPECT_TRUE(message.empty() || snappy::Uncompress(message.data(), message.size(), &out));
  return out;
}

class PrometheusExporting : public ::testing::Test {
 protected:
  std::unique_ptr<Exporter> exporter(const PrometheusSeriesOptions& options = {}) {
    auto made = make_prometheus_exporter(options, clock);
    EXPECT_TRUE(made) << made.error().message;
    return made ? std::move(*made) : nullptr;
  }
  sys::FakeClock clock;
  OutputPoints points;
};

TEST_F(PrometheusExporting, NamesSeriesAsK6Does) {
  points.add(0, *points.builtins.http_reqs, 1, 0, {{"url", "/a"}, {"Zone", "z"}, {"empty", ""}});
  points.add(0, *points.builtins.vus, 5, 1);
  points.add(0, *points.builtins.checks, 1, 2);
  points.add(0, *points.builtins.checks, 0, 3);
  points.add(0, *points.builtins.http_req_duration, 250, 4);
  auto exporting = exporter();
  exporting->take(points.take());
  EXPECT_EQ(plain(exporting->message()),
            sample({{"Zone", "z"}, {"__name__", "k6_http_reqs_total"}, {"url", "/a"}}, 1, 0) +
                sample({{"__name__", "k6_vus"}}, 5, 1) +
                sample({{"__name__", "k6_checks_rate"}}, 0.5, 3) +
                sample({{"__name__", "k6_http_req_duration_p99"}}, 0.25, 4));
}

TEST_F(PrometheusExporting, AddsUpSeriesOfAllThreads) {
  points.add(0, *points.builtins.iterations, 1, 0, {{"scenario", "s"}});
  points.add(1, *points.builtins.iterations, 2, 5, {{"scenario", "s"}});
  auto exporting = exporter();
  exporting->take(points.take());
  const Labels labels = {{"__name__", "k6_iterations_total"}, {"scenario", "s"}};
  EXPECT_EQ(plain(exporting->message()), sample(labels, 3, 5));
  points.add(1, *points.builtins.iterations, 4, 9, {{"scenario", "s"}});
  exporting->take(points.take());
  EXPECT_EQ(plain(exporting->message()), sample(labels, 7, 9));
}

TEST_F(PrometheusExporting, TellsOnlyWhatIsNewer) {
  points.add(0, *points.builtins.iterations, 1, 5);
  auto exporting = exporter();
  exporting->take(points.take());
  EXPECT_NE(exporting->message(), "");
  EXPECT_EQ(exporting->message(), "");
  // Of the same millisecond: it goes with the next.
  points.add(0, *points.builtins.iterations, 1, 5);
  exporting->take(points.take());
  EXPECT_EQ(exporting->message(), "");
  points.add(0, *points.builtins.iterations, 1, 6);
  exporting->take(points.take());
  EXPECT_EQ(plain(exporting->message()), sample({{"__name__", "k6_iterations_total"}}, 3, 6));
}

TEST_F(PrometheusExporting, TellsAgainWhatDidNotArrive) {
  points.add(0, *points.builtins.iterations, 1, 5);
  auto exporting = exporter();
  exporting->take(points.take());
  const auto first = exporting->message();
  exporting->not_delivered();
  EXPECT_EQ(exporting->message(), first);
  EXPECT_EQ(exporting->message(), "");
}

TEST_F(PrometheusExporting, HasAColumnForEachStatistic) {
  points.add(0, *points.builtins.iteration_duration, 1000, 0);
  points.add(0, *points.builtins.iteration_duration, 3000, 1);
  auto exporting = exporter(
      {.trend_stats = {"avg", "max", "count", "p(99.9)", "sum"}, .native_histograms = false});
  exporting->take(points.take());
  const auto of = [](const std::string& suffix) {
    return Labels{{"__name__", "k6_iteration_duration_" + suffix}};
  };
  EXPECT_EQ(plain(exporting->message()),
            sample(of("avg"), 2, 1) + sample(of("max"), 3, 1) + sample(of("count"), 0.002, 1) +
                sample(of("p999"), 2.998, 1) + sample(of("sum"), 4, 1));
}

TEST_F(PrometheusExporting, MarksSeriesAsEnded) {
  clock.advance(std::chrono::milliseconds(7));
  points.add(0, *points.builtins.vus, 5, 1);
  auto exporting = exporter({.stale_markers = true});
  exporting->take(points.take());
  exporting->message();
  const double stale = std::bit_cast<double>(std::uint64_t{0x7ff0000000000002});
  EXPECT_EQ(plain(exporting->farewell()), sample({{"__name__", "k6_vus"}}, stale, 8));
  EXPECT_EQ(exporter()->farewell(), "");
}

TEST_F(PrometheusExporting, KnowsTheStatisticsThereAre) {
  const auto made = make_prometheus_exporter({.trend_stats = {"mode"}}, clock);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, "load/trend-stat");
}

}  // namespace
}  // namespace crema::load
