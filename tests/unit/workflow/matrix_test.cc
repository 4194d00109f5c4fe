#include "matrix.h"

#include "workflow/tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::workflow {
namespace {

using testing::job;
using testing::json;
using testing::scope;
using testing::strategy;

// A compact form: "name | values".
std::string described(const Job& job, const Instance& instance) {
  std::string values;
  for (const auto& [name, value] : instance.matrix.as_object().members()) {
    if (!values.empty()) values += " ";
    values += name + "=" + (value.is_primitive() ? value.to_text() : "{}");
  }
  return *instance_name(job, instance, scope()) + " | " + values;
}

struct Case {
  const char* what;
  const char* strategy;
  std::vector<std::string> expected;
};

TEST(Matrix, GivesGitHubsCombinationsInGitHubsOrder) {
  const Case cases[] = {
      {"the first key varies slowest",
       R"({"matrix": {"os": ["a", "b"], "v": [1, 2.0, 1.10]}})",
       {"j (a, 1) | os=a v=1", "j (a, 2) | os=a v=2", "j (a, 1.1) | os=a v=1.1",
        "j (b, 1) | os=b v=1", "j (b, 2) | os=b v=2", "j (b, 1.1) | os=b v=1.1"}},
      {"exclude compares as == does and may be partial",
       R"({"matrix": {"os": ["Linux", "mac"], "v": [1, 2], "exclude": [{"os": "linux", "v": "1"}, {"v": 2, "OS": "mac"}]}})",
       {"j (Linux, 2) | os=Linux v=2", "j (mac, 1) | os=mac v=1"}},
      {"exclude looks into objects",
       R"({"matrix": {"cfg": [{"os": "a", "x": 1}, {"os": "b"}], "v": [1], "exclude": [{"cfg": {"os": "a"}}]}})",
       {"j (b, 1) | cfg={} v=1"}},
      {"include adds to combinations and does not show in the name",
       R"({"matrix": {"os": ["a", "b"], "include": [{"os": "a", "tag": "x"}]}})",
       {"j (a) | os=a tag=x", "j (b) | os=b"}},
      {"include without keys of the matrix goes everywhere",
       R"({"matrix": {"os": ["a", "b"], "include": [{"color": "green"}]}})",
       {"j (a) | os=a color=green", "j (b) | os=b color=green"}},
      {"a later include overrides what an earlier one added, never an original value",
       R"({"matrix": {"os": ["a", "b"], "include": [{"color": "green"}, {"os": "a", "color": "pink"}]}})",
       {"j (a) | os=a color=pink", "j (b) | os=b color=green"}},
      {"an unmatched include is a combination of its own",
       R"({"matrix": {"os": ["a"], "include": [{"tag": "x", "os": "z"}]}})",
       {"j (a) | os=a", "j (z, x) | os=z tag=x"}},
      {"GitHub's documented example",
       R"({"matrix": {"fruit": ["apple", "pear"], "animal": ["cat", "dog"],
          "include": [{"color": "green"}, {"color": "pink", "animal": "cat"},
                      {"fruit": "apple", "shape": "circle"}, {"fruit": "banana"},
                      {"fruit": "banana", "animal": "cat"}]}})",
       {"j (apple, cat) | fruit=apple animal=cat color=pink shape=circle",
        "j (apple, dog) | fruit=apple animal=dog color=green shape=circle",
        "j (pear, cat) | fruit=pear animal=cat color=pink",
        "j (pear, dog) | fruit=pear animal=dog color=green", "j (banana) | fruit=banana",
        "j (banana, cat) | fruit=banana animal=cat"}},
      {"only includes",
       R"({"matrix": {"include": [{"site": "a", "dc": 1}, {"site": "b"}]}})",
       {"j (a, 1) | site=a dc=1", "j (b) | site=b"}},
      {"an include that matches only an excluded combination stands alone",
       R"({"matrix": {"os": ["a", "b"], "exclude": [{"os": "b"}], "include": [{"os": "b", "x": 1}]}})",
       {"j (a) | os=a", "j (b, 1) | os=b x=1"}},
      {"empty and null values leave no mark in the name; objects show their leaves",
       R"({"matrix": {"a": [null], "b": [""], "c": [{"x": "1", "y": ["2", true]}]}})",
       {"j (1, 2, true) | a= b= c={}"}},
  };
  for (const Case& test : cases) {
    Job matrix_job = job("j");
    matrix_job.strategy = strategy(test.strategy);
    const auto expansion = expand_strategy(matrix_job, scope());
    ASSERT_TRUE(expansion) << test.what << ": " << expansion.error().message;
    std::vector<std::string> got;
    for (const Instance& instance : expansion->instances)
      got.push_back(described(matrix_job, instance));
    EXPECT_EQ(got, test.expected) << test.what;
  }
}

TEST(Matrix, RefusesWhatGitHubRefuses) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"matrix": {"os": []}})", "Matrix vector 'os' does not contain any values"},
      {R"({"matrix": {}})", "Matrix must define at least one vector"},
      {R"({"matrix": {"include": []}})", "Matrix must define at least one vector"},
      {R"({"matrix": {"os": "linux"}})", "Unexpected value 'linux'"},
      {R"({"matrix": {"os": [1], "exclude": [{"arch": 1}]}})",
       "Matrix exclude key 'arch' does not match any key within the matrix"},
      {R"({"matrix": {"os": [1], "exclude": [{}]}})", "Matrix exclude filter must not be empty"},
      {R"({"matrix": {"os": [1], "include": [{}]}})",
       "Matrix include mapping does not contain any values"},
      {R"({"matrix": {"os": [1], "include": {"os": 1}}})", "Expected a sequence"},
      {R"({"matrix": "${{ needs.none.outputs.x }}"})", "Expected a mapping"},
      {R"({"matrix": {"os": [1]}, "fail-fast": "yes"})", "Unexpected value 'yes'"},
  };
  for (const auto& [text, message] : cases) {
    Job matrix_job = job("j");
    matrix_job.strategy = strategy(text);
    const auto expansion = expand_strategy(matrix_job, scope());
    ASSERT_FALSE(expansion) << text;
    EXPECT_EQ(expansion.error().message, message) << text;
  }
}

Job job_of_size(int a, int b) {
  Job matrix_job = job("j");
  std::string first = "[0";
  std::string second = "[0";
  for (int i = 1; i < a; ++i) first += "," + std::to_string(i);
  for (int i = 1; i < b; ++i) second += "," + std::to_string(i);
  matrix_job.strategy = strategy(R"({"matrix": {"a": )" + first + R"(], "b": )" + second + "]}}");
  return matrix_job;
}

TEST(Matrix, HoldsToTheLimits) {
  EXPECT_EQ(expand_strategy(job_of_size(16, 16), scope())->instances.size(), 256U);
  EXPECT_EQ(expand_strategy(job_of_size(257, 1), scope()).error().message,
            "the matrix has more than 256 combinations");
  EXPECT_EQ(expand_strategy(job_of_size(2000, 2000), scope()).error().message,
            "the matrix has more than 1000000 combinations before `exclude`");
}

TEST(Matrix, RunsOnceWithoutMatrixValuesWhenAllIsExcluded) {
  Job matrix_job = job("j");
  matrix_job.strategy = strategy(R"({"matrix": {"os": ["a"], "exclude": [{"os": "a"}]}})");
  const auto expansion = expand_strategy(matrix_job, scope());
  ASSERT_EQ(expansion->instances.size(), 1U);
  EXPECT_TRUE(expansion->instances[0].matrix.is_null());
}

TEST(Strategy, ComesFromExpressionsToo) {
  const auto values = scope(
      R"({"needs": {"a": {"outputs": {"m": "{\"os\": ['x', 'y']}",
          "s": "{\"matrix\": {\"os\": [1, 2, 3]}, \"fail-fast\": false, \"max-parallel\": 2}"}}}})");
  Job matrix_job = job("j");
  matrix_job.strategy = strategy(R"({"matrix": "${{ fromJSON(needs.a.outputs.m) }}"})");
  EXPECT_EQ(expand_strategy(matrix_job, values)->instances.size(), 2U);

  matrix_job.strategy =
      Strategy{.whole = testing::token(R"("${{ fromJSON(needs.a.outputs.s) }}")")};
  const auto whole = expand_strategy(matrix_job, values);
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_EQ(whole->instances.size(), 3U);
  EXPECT_FALSE(whole->fail_fast);
  EXPECT_EQ(
      to_json(strategy_context(*whole, whole->instances[1])),
      to_json(json(R"({"fail-fast": false, "job-index": 1, "job-total": 3, "max-parallel": 2})")));
}

TEST(Strategy, ContextOfAJobWithoutMatrix) {
  Job plain = job("j");
  plain.strategy = strategy(R"({"max-parallel": 4})");
  const auto expansion = expand_strategy(plain, scope());
  EXPECT_EQ(
      to_json(strategy_context(*expansion, expansion->instances[0])),
      to_json(json(R"({"fail-fast": true, "job-index": 0, "job-total": 1, "max-parallel": 1})")));
}

TEST(InstanceName, FollowsTheFormOfName) {
  Job matrix_job = job("build");
  matrix_job.strategy = strategy(R"({"matrix": {"os": ["a"]}})");
  const Instance instance = expand_strategy(matrix_job, scope())->instances[0];
  EXPECT_EQ(*instance_name(matrix_job, instance, scope()), "build (a)");
  EXPECT_EQ(*instance_name(matrix_job, instance, scope(), "caller"), "caller / build (a)");
  matrix_job.name = testing::token(R"("Build it")");
  EXPECT_EQ(*instance_name(matrix_job, instance, scope()), "Build it (a)");
  matrix_job.name = testing::token(R"("${{ format('On {0}', matrix.os) }}")");
  EXPECT_EQ(*instance_name(matrix_job, instance, scope()), "On a");
  matrix_job.name = testing::token(R"("${{ github.none }}")");
  EXPECT_EQ(*instance_name(matrix_job, instance, scope()), "build (a)");
  matrix_job.name = testing::token("\"" + std::string(98, 'x') + "\xC3\xA9\"");
  EXPECT_EQ(*instance_name(matrix_job, instance, scope()), std::string(97, 'x') + "...");
  matrix_job.name = testing::token("\"" + std::string(95, 'x') + "\xC3\xA9\"");
  EXPECT_EQ(*instance_name(matrix_job, instance, scope()), std::string(95, 'x') + "\xC3\xA9 (a)");
}

}  // namespace
}  // namespace crema::workflow
