#include "crema/workflow/inputs.h"

#include "workflow/tokens.h"

#include <gtest/gtest.h>

namespace crema::workflow {
namespace {

ReusableCall call_with(std::string_view given) {
  auto called = std::make_shared<Workflow>();
  called->call_inputs = {
      {.name = "env", .required = true},
      {.name = "count", .type = InputType::number, .fallback = testing::token("3")},
      {.name = "dry", .type = InputType::boolean},
  };
  ReusableCall call;
  call.inputs = testing::token(given);
  call.workflow = called;
  return call;
}

TEST(CallInputs, AreTypedAndCompleted) {
  const auto scope = testing::scope(R"({"github": {"ref": "main"}, "matrix": {"n": 7}})");
  const auto inputs =
      call_inputs(call_with(R"({"ENV": "${{ github.ref }}", "count": "${{ matrix.n }}"})"), scope);
  ASSERT_TRUE(inputs) << inputs.error().message;
  EXPECT_EQ(to_json(*inputs),
            to_json(testing::json(R"({"env": "main", "count": 7, "dry": false})")));
  EXPECT_EQ(to_json(*call_inputs(call_with(R"({"env": 1})"), scope)),
            to_json(testing::json(R"({"env": "1", "count": 3, "dry": false})")));
}

TEST(CallInputs, RefuseWhatDoesNotFit) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({})", "Input env is required, but not provided while calling."},
      {R"({"env": "x", "nope": 1})", "the workflow declares no input 'nope'"},
      {R"({"env": "x", "count": "7"})", "Unexpected value '7'"},
      {R"({"env": "x", "dry": "true"})", "Unexpected value 'true'"},
  };
  for (const auto& [given, message] : cases) {
    const auto inputs = call_inputs(call_with(given), testing::scope());
    ASSERT_FALSE(inputs) << given;
    EXPECT_EQ(inputs.error().message, message);
  }
}

}  // namespace
}  // namespace crema::workflow
