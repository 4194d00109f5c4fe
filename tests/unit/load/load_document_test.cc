#include "load_document.h"

#include "crema/load/metrics/recorder.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace crema::load {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

constexpr sys::WallTime kBegin{std::chrono::seconds(1'700'000'000) + 400ms};

class LoadDocument : public ::testing::Test {
 protected:
  void request(double milliseconds, std::string_view error_code, std::chrono::nanoseconds at) {
    std::vector<Tag> with = {{"scenario", "browse"}, {"name", "menu"}, {"method", "GET"}};
    if (!error_code.empty()) with.push_back({"error_code", error_code});
    recorder_.add_request(recorder_.http_series(tags_.with_all(tags_.empty(), with)),
                          {.waiting = milliseconds}, !error_code.empty(), kBegin + at);
  }
  DocumentFacts facts() {
    collector_.add(recorder_.take());
    return {.collector = collector_,
            .builtins = builtins_,
            .thresholds = thresholds_,
            .progress = progress_,
            .script = "rush.js",
            .begin = kBegin,
            .measured = nullptr,
            .exit = {}};
  }

  Registry registry_;
  Builtins builtins_{registry_};
  TagStore tags_;
  Recorder recorder_{registry_, builtins_, tags_};
  Collector collector_{registry_};
  ThresholdSet thresholds_;
  Progress progress_{.elapsed = 3s, .scenarios = {{.name = "browse", .start = 1s, .duration = 4s}}};
};

TEST_F(LoadDocument, HasWholeSecondsOnly) {
  request(1, "", 100ms);
  request(2, "", 700ms);
  request(3, "1503", 800ms);
  request(4, "", 2700ms);
  const auto json = Json::parse(load_document(facts(), kBegin + 3s));
  ASSERT_EQ(json["seconds"].size(), 2U);
  const auto& first = json["seconds"][0];
  EXPECT_EQ(first["t"], 1);
  EXPECT_EQ(first["requests"], 2);
  EXPECT_EQ(first["failures"], Json::parse("[1503, 1]"));
  EXPECT_EQ(json["seconds"][1], Json::parse(R"({"t":2})")) << "what is 0 is left out";
  EXPECT_EQ(json["from"], 1'700'000'000);
  EXPECT_EQ(json["planned"], 5);
  EXPECT_FALSE(json.contains("exit")) << "it runs";
}

TEST_F(LoadDocument, CutsAnOctaveInEightCells) {
  for (const double milliseconds : {0.0, 0.0001, 0.75, 1.0, 1.2, 1.99, 2.0, 1024.0})
    request(milliseconds, "", 1s);
  const auto json = Json::parse(load_document(facts(), kBegin + 3s));
  EXPECT_EQ(json["seconds"][0]["heat"], Json::parse("[-80,2, -4,1, 0,1, 1,1, 7,1, 8,1, 80,1]"));
}

TEST_F(LoadDocument, SumsRequestsByScenario) {
  request(1, "", 0s);
  request(3, "1050", 0s);
  const auto json = Json::parse(document_state(facts()));
  const auto& row = json["requests"][0];
  EXPECT_EQ(row["name"], "menu");
  EXPECT_EQ(row["failed"], 1);
  EXPECT_EQ(row["avg"], 2);
  EXPECT_EQ(json["scenarios"][0]["requests"], 2);
  EXPECT_EQ(json["scenarios"][0]["start"], 1);
}

TEST_F(LoadDocument, TellsTheUnitAndTheValueOfAThreshold) {
  auto made = ThresholdSet::create(registry_, {{"http_req_duration", {{.expression = "p(95)<200"}}},
                                               {"http_req_failed", {{.expression = "rate<0.01"}}},
                                               {"data_sent", {{.expression = "count>=5"}}}});
  ASSERT_TRUE(made);
  thresholds_ = std::move(*made);
  request(20, "", 0s);
  (void)facts();
  thresholds_.evaluate(collector_, 1s, ThresholdSet::Moment::ended);
  const auto json = Json::parse(document_state(facts()))["thresholds"];
  ASSERT_EQ(json.size(), 3U);
  EXPECT_EQ(json[0]["metric"], "data_sent");
  EXPECT_EQ(json[0]["unit"], "bytes");
  EXPECT_EQ(json[0]["sign"], ">=");
  EXPECT_EQ(json[0]["passed"], false);
  EXPECT_EQ(json[1]["unit"], "ms");
  EXPECT_NEAR(json[1]["value"], 20, 0.001);
  EXPECT_EQ(json[2]["unit"], "share");
  EXPECT_EQ(json[2]["passed"], true);
}

}  // namespace
}  // namespace crema::load
