// Each limit of the guard, from both sides.
#include "crema/load/compare/guard.h"

#include "load/compare/simulated_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace crema::load {
namespace {

using testing::HasSubstr;

const RunFacts kValid = simulated_run(1, 0, 10).facts;

struct Case {
  void (*change)(RunFacts&);
  std::string code;  // empty: still valid
  std::string says;
};

TEST(Guard, HasALimitForEachFact) {
  const std::vector<Case> cases{
      {[](RunFacts&) {}, "", ""},
      {[](RunFacts& facts) { facts.generator_cpu_share = 0.8; }, "", ""},
      {[](RunFacts& facts) { facts.generator_cpu_share = 0.834; }, "load/generator-busy",
       "used 83.4 % of its CPU time, more than 80 %"},
      {[](RunFacts& facts) { facts.generator_cpu_share = std::nan(""); }, "load/generator-busy",
       "it was lost"},
      {[](RunFacts& facts) { facts.loop_lag_p99_ms = 1; }, "", ""},
      {[](RunFacts& facts) { facts.loop_lag_p99_ms = 4.25; }, "load/generator-late",
       "4.25 ms late, more than 1 ms"},
      {[](RunFacts& facts) { facts.dropped = 6; }, "", ""},
      {[](RunFacts& facts) { facts.dropped = 7; }, "load/dropped",
       "0.117 % of the iterations that were due never started, more than 0.1 %"},
      {[](RunFacts& facts) { facts.iterations = 0; }, "", ""},
      {[](RunFacts& facts) { facts.steal_share = 0.05; }, "load/steal",
       "took 5 % of the machine's time, more than 2 %"},
      {[](RunFacts& facts) { facts.steal_share = -1; }, "load/steal", "it was lost"},
  };
  for (const auto& [change, code, says] : cases) {
    auto facts = kValid;
    change(facts);
    const auto breaches = check_run(facts);
    ASSERT_EQ(breaches.size(), code.empty() ? 0U : 1U) << says;
    if (code.empty()) continue;
    EXPECT_EQ(breaches.front().code, code);
    EXPECT_THAT(breaches.front().message, HasSubstr(says));
    EXPECT_FALSE(breaches.front().hint.empty());
  }
}

TEST(Guard, NamesAllBreaches) {
  const auto breaches =
      check_run({.generator_cpu_share = 1, .steal_share = 1, .loop_lag_p99_ms = 9, .dropped = 1});
  EXPECT_EQ(breaches.size(), 4U);
}

TEST(Guard, ComparesOnlyTheSameScriptOnTheSameMachine) {
  EXPECT_TRUE(check_pair(kValid, kValid).empty());
  auto other = kValid;
  other.commit = "another";
  EXPECT_TRUE(check_pair(kValid, other).empty());
  other.cores = 8;
  other.cpu_model = "Example 4000";
  other.script_hash = "00";
  const auto breaches = check_pair(kValid, other);
  ASSERT_EQ(breaches.size(), 3U);
  EXPECT_EQ(breaches[0].message,
            "the CPU model differs: `Example 3000` in the base, `Example 4000` in the new run");
  EXPECT_EQ(breaches[1].code, "load/other-cores");
  EXPECT_EQ(breaches[2].code, "load/other-script");
}

}  // namespace
}  // namespace crema::load
