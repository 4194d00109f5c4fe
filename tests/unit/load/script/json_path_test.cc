// Selectors of res.json(), beside what k6 v1.8.1 selected with each.
#include "json_path.h"

#include "json_scan.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>

namespace crema::load {
namespace {

TEST(JsonPath, SelectsWhatK6Selects) {
  std::ifstream file(CREMA_SOURCE_DIR "/tests/data/load/json-paths.json");
  std::size_t count = 0;
  for (const auto& document : nlohmann::json::parse(file)) {
    const auto json = document["json"].get<std::string>();
    for (const auto& each : document["cases"]) {
      const auto path = each[0].get<std::string>();
      const auto selected = select_json(json, path);
      ASSERT_TRUE(selected) << path;
      ++count;
      ASSERT_EQ(selected->has_value(), each.size() > 1) << path << " in " << json;
      if (!*selected) continue;
      // Of two members of one name k6 keeps the first, and nlohmann the last: so does the test's
      // own document, whose whole is not compared.
      const auto value = nlohmann::json::parse(**selected, nullptr, false);
      ASSERT_FALSE(value.is_discarded()) << path << " gave " << **selected;
      if ((*selected)->find("\"dup\"") == std::string::npos)
        EXPECT_EQ(value, each[1]) << path << " in " << json;
    }
  }
  EXPECT_GT(count, 250U);
}

TEST(JsonPath, RefusesToMakeTheSameOverAndOver) {
  std::string path = "@this";
  for (int i = 0; i < 40; ++i) path += "|[@this,@this]";
  EXPECT_FALSE(select_json(R"({"a":1})", path));
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "a.";
  EXPECT_FALSE(
      select_json(R"({"a":{"a":1}})", std::string(500, '[') + "a" + std::string(500, ']')));
  EXPECT_EQ(select_json(R"({"a":{"a":1}})", deep + "a").value(), std::nullopt);
}

TEST(JsonScan, KnowsJsonFromOtherText) {
  for (const char* good : {"1", "-0.5e+3", "\"\\u00e9\\n\"", "[]", "{}", " [1, {\"a\": null}] ",
                           "{\"a\":{\"b\":[true,false]}}", "0"})
    EXPECT_TRUE(valid_json(good)) << good;
  for (const char* bad :
       {"",     " ",       "01",    "1.",         ".5",          "+1",      "nul",   "[1,]",
        "[,1]", "{\"a\"}", "{a:1}", "{\"a\":1,}", "\"\n\"",      "\"\\x\"", "[1 2]", "1 2",
        "[",    "]",       "\"",    "{\"a\" 1}",  "\"\\u12g4\"", "[}",      "-"})
    EXPECT_FALSE(valid_json(bad)) << bad;
  EXPECT_TRUE(valid_json(std::string(9000, '[') + std::string(9000, ']')));
  EXPECT_FALSE(valid_json(std::string(1'000'000, '[')));
}

TEST(JsonScan, UnquotesWhatIsQuoted) {
  EXPECT_EQ(unquote_json(R"("a\"\\\/\b\n")"), "a\"\\/\b\n");
  EXPECT_EQ(unquote_json(R"("\u00e9\ud83d\ude00")"), "\xC3\xA9\xF0\x9F\x98\x80");
  EXPECT_EQ(unquote_json(R"("\ud83d!")"), "\xEF\xBF\xBD!");
}

}  // namespace
}  // namespace crema::load
