// Reads the tables of tests/data/load and says what their cases have in common.
#pragma once

#include "crema/load/schedule/scenario.h"
#include "crema/load/schedule/segment.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <string>

namespace crema::load {

using Json = nlohmann::ordered_json;

inline Json vectors(const std::string& name) {
  std::ifstream file(std::string(CREMA_SOURCE_DIR) + "/tests/data/load/" + name);
  EXPECT_TRUE(file.is_open()) << name;
  Json cases = Json::parse(file);
  EXPECT_FALSE(cases.empty()) << name;
  return cases;
}

// The striping of a case's `segment` and `sequence`.
inline Striping striping(const Json& test) {
  const auto segment = parse_segment(test.value("segment", ""));
  const auto sequence = parse_segment_sequence(test.value("sequence", ""));
  EXPECT_TRUE(segment && sequence) << test;
  auto result = Striping::make(*segment, *sequence);
  EXPECT_TRUE(result) << test;
  return std::move(*result);
}

// A scenario's stages from [[seconds, target], ...].
inline std::vector<Stage> stages(const Json& test) {
  std::vector<Stage> all;
  for (const auto& stage : test.at("stages")) {
    all.push_back({.duration = std::chrono::seconds(stage[0].get<int>()), .target = stage[1]});
  }
  return all;
}

}  // namespace crema::load
