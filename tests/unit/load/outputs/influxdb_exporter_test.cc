#include "influxdb_exporter.h"

#include "output_points.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::load {
namespace {

using ::testing::HasSubstr;
using Kind = InfluxOptions::Kind;

TEST(InfluxExporting, WritesALineASample) {
  OutputPoints points;
  points.add(
      0, *points.builtins.http_reqs, 1, 5,
      {{"url", "http://x/?a=\"b\"\\"}, {"name", "a, b=c"}, {"empty", ""}, {"status", "200"}});
  points.add(1, *points.builtins.vus, 0.5, 7);
  auto exporting = make_influxdb_exporter({});
  exporting->take(points.take());
  EXPECT_EQ(exporting->message(),
            "http_reqs,name=a\\,\\ b\\=c,status=200 url=\"http://x/?a=\\\"b\\\"\\\\\",value=1 "
            "1700000000005000000\n"
            "vus value=0.5 1700000000007000000\n");
  EXPECT_EQ(exporting->message(), "");
}

TEST(InfluxExporting, GivesPointsOfOneTimeTimesOfTheirOwn) {
  OutputPoints points;
  for (const char* url : {"/a", "/a", "/b"})
    points.add(0, *points.builtins.vus, 1, 5, {{"url", url}});
  points.add(0, *points.builtins.vus, 1, 6);
  auto exporting = make_influxdb_exporter({});
  exporting->take(points.take());
  EXPECT_EQ(exporting->message(),
            "vus url=\"/a\",value=1 1700000000005000000\n"
            "vus url=\"/a\",value=1 1700000000005000001\n"
            "vus url=\"/b\",value=1 1700000000005000002\n"
            "vus value=1 1700000000006000000\n");
}

TEST(InfluxExporting, MakesFieldsOfTags) {
  OutputPoints points;
  points.add(0, *points.builtins.checks, 1, 5,
             {{"a", "12"}, {"b", "1.5"}, {"c", "true"}, {"d", "x"}, {"e", "line\nbreak\\"}});
  auto exporting = make_influxdb_exporter(
      {.fields = {{"a", Kind::whole}, {"b", Kind::real}, {"c", Kind::truth}, {"d", Kind::whole}},
       .nanoseconds = 1'000'000});
  exporting->take(points.take());
  EXPECT_EQ(exporting->message(),
            "checks,e=line_break\\_ a=12i,b=1.5,c=true,d=\"x\",value=1 1700000000005\n");
}

TEST(InfluxExporting, KeepsWhatDidNotArriveInItsOrder) {
  OutputPoints points;
  auto exporting = make_influxdb_exporter({});
  points.add(0, *points.builtins.vus, 1, 1);
  exporting->take(points.take());
  const auto first = exporting->message();
  points.add(0, *points.builtins.vus, 2, 2);
  exporting->take(points.take());
  exporting->not_delivered();
  EXPECT_EQ(exporting->message(), first);
  EXPECT_THAT(exporting->message(), HasSubstr("value=2"));
  EXPECT_EQ(exporting->complaint(""), "");
}

TEST(InfluxExporting, LosesSamplesOnlyBeyondALimit) {
  OutputPoints points;
  auto exporting = make_influxdb_exporter({});
  const std::string long_name(60'000, 'x');
  for (int i = 0; i < 1'500; ++i) points.add(0, *points.builtins.vus, i, i, {{"name", long_name}});
  exporting->take(points.take());
  std::size_t bytes = 0;
  for (auto message = exporting->message(); !message.empty(); message = exporting->message())
    bytes += message.size();
  EXPECT_GT(bytes, std::size_t{64} << 20U);
  EXPECT_LT(bytes, std::size_t{65} << 20U);
  EXPECT_THAT(exporting->complaint(""), HasSubstr("samples were lost"));
}

}  // namespace
}  // namespace crema::load
