// What k6 wrote of a run, beside what comes out here of the same samples: tests/data/load/metrics.
#include "k6_run.h"

#include "crema/base/strings.h"
#include "crema/load/metrics/output.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace crema::load {
namespace {

// k6 knows how long it took, and its export has a count with its rate.
std::chrono::nanoseconds duration_of(const nlohmann::json& exported) {
  const auto& iterations = exported["metrics"]["iterations"];
  return std::chrono::nanoseconds(
      std::llround(iterations["count"].get<double>() / iterations["rate"].get<double>() * 1e9));
}

// Without blanks at the ends of lines, and empty lines at both ends.
std::string bare(const std::string& text) {
  std::string out;
  for (const auto line : split_lines(text)) {
    const auto last = line.find_last_not_of(' ');
    out += std::string(line.substr(0, last == std::string_view::npos ? 0 : last + 1)) + "\n";
  }
  while (out.starts_with("\n")) out.erase(0, 1);
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

// Numbers may differ by rounding: k6 adds in the order of the samples.
void expect_same(const nlohmann::json& ours, const nlohmann::json& theirs,
                 const std::string& where) {
  if (theirs.is_number() && ours.is_number()) {
    const double expected = theirs;
    EXPECT_NEAR(ours.get<double>(), expected, 1e-9 * std::max(1.0, std::abs(expected))) << where;
    return;
  }
  ASSERT_EQ(ours.type(), theirs.type()) << where;
  if (!theirs.is_structured()) {
    EXPECT_EQ(ours, theirs) << where;
    return;
  }
  EXPECT_EQ(ours.size(), theirs.size()) << where << "\n" << ours << "\n" << theirs;
  for (const auto& [key, value] : theirs.items()) {
    const bool found = theirs.is_array() ? std::stoul(key) < ours.size() : ours.contains(key);
    ASSERT_TRUE(found) << where << "/" << key;
    expect_same(theirs.is_array() ? ours[std::stoul(key)] : ours[key], value, where + "/" + key);
  }
}

class K6 : public ::testing::Test {
 protected:
  void SetUp() override {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
};

TEST_F(K6, ShowsTheSameSummary) {
  for (const std::size_t tick : {1U, 7U, 1'000'000U}) {
    K6Run run("points.json", tick);
    const auto exported = json_of(text_of(k6_file("export.json")));
    const auto duration = duration_of(exported);
    const auto crossed =
        run.thresholds.evaluate(run.collector, duration, ThresholdSet::Moment::ended);
    EXPECT_THAT(crossed.metrics, ::testing::ElementsAre("checks", "good_orders",
                                                        "order_time{kind:slow}", "orders_made"));
    const SummaryFacts facts{.collector = run.collector,
                             .thresholds = run.thresholds,
                             .duration = duration,
                             .setup_data = R"({"token":"abc","list":[1,2.5,null]})"};
    EXPECT_EQ(bare(summary_text(facts, {})), bare(text_of(k6_file("compact.txt"))));
    expect_same(json_of(*summary_export_json(facts, {})), exported, "");
  }
}

TEST_F(K6, HandsTheSameToHandleSummary) {
  K6Run run("handle_points.json");
  const auto theirs = json_of(text_of(k6_file("handle_summary.json")));
  const std::chrono::nanoseconds duration(
      std::llround(theirs["state"]["testRunDurationMs"].get<double>() * 1e6));
  run.thresholds.evaluate(run.collector, duration, ThresholdSet::Moment::ended);
  const SummaryFacts facts{.collector = run.collector,
                           .thresholds = run.thresholds,
                           .duration = duration,
                           .setup_data = R"({"token":"abc","list":[1,2.5,null]})"};
  expect_same(json_of(*handle_summary_json(facts, {})), theirs, "");
}

TEST_F(K6, WritesTheSameLines) {
  K6Run run("points.json");
  auto folder = sys::TemporaryDirectory::create(std::filesystem::temp_directory_path(), "k6");
  ASSERT_TRUE(folder);
  const OutputSettings settings{
      .registry = &run.registry,
      .thresholds = &run.thresholds,
      .system_tags = {"url", "check", "error", "error_code", "expected_response", "group", "method",
                      "name", "proto", "scenario", "service", "status", "subproto", "tls_version"}};
  const auto json = folder->path() / "p.json";
  const auto csv = folder->path() / "p.csv";
  std::vector<std::unique_ptr<Output>> outputs;
  for (const auto& [name, path] : {std::pair{"json=", json}, std::pair{"csv=", csv}}) {
    auto made = make_output(name + path.string(), settings);
    ASSERT_TRUE(made) << made.error().message;
    outputs.push_back(std::move(*made));
  }
  OutputWriter writer(std::move(outputs), nullptr);
  writer.push(run.recorder.take_points());
  writer.close();
  EXPECT_EQ(writer.dropped(), 0U);

  const auto written = text_of(json);
  const auto ours = split_lines(std::string_view(written));
  const auto theirs = split_lines(std::string_view(run.lines()));
  ASSERT_EQ(ours.size(), theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (theirs[i].find("\"Metric\"") == std::string_view::npos) {
      EXPECT_EQ(ours[i], theirs[i]);
      continue;
    }
    auto mine = json_of(std::string(ours[i]));
    auto expected = json_of(std::string(theirs[i]));
    for (auto* json : {&mine, &expected}) {
      auto& subs = (*json)["data"]["submetrics"];
      if (subs.is_array()) std::sort(subs.begin(), subs.end());
    }
    EXPECT_EQ(mine, expected);
  }
  const auto rows = text_of(csv);
  const auto expected_rows = text_of(k6_file("points.csv"));
  EXPECT_THAT(split_lines(std::string_view(rows)),
              ::testing::UnorderedElementsAreArray(split_lines(std::string_view(expected_rows))));
}

}  // namespace
}  // namespace crema::load
