#include "crema/actions/table.h"

#include "job_double.h"

#include "crema/base/strings.h"

#include <gtest/gtest.h>

#include <set>

namespace crema::actions {
namespace {

class EveryBuiltin : public testing::TestWithParam<const run::BuiltinAction*> {};

TEST_P(EveryBuiltin, DeclaresWhatItIs) {
  const auto& action = *GetParam();
  EXPECT_EQ(find_builtin(action.name), &action);
  EXPECT_EQ(find_builtin(to_upper(action.name)), &action);
  EXPECT_FALSE(action.versions.empty());
  EXPECT_NE(action.main, nullptr);
  std::set<std::string> names;
  for (const auto& input : action.inputs) {
    EXPECT_FALSE(input.name.empty());
    EXPECT_TRUE(names.insert(to_lower(input.name)).second) << "twice: " << input.name;
    EXPECT_FALSE(input.required && !input.fallback.empty()) << input.name << " needs no default";
  }
}

TEST_P(EveryBuiltin, NamesARequiredInputThatIsMissing) {
  const auto& action = *GetParam();
  for (const auto& missing : action.inputs) {
    if (!missing.required) continue;
    JobDouble job("required");
    for (const auto& input : action.inputs) {
      if (input.required && input.name != missing.name) job.inputs[std::string(input.name)] = "x";
    }
    const auto result = job.run_main(action);
    ASSERT_FALSE(result) << missing.name;
    EXPECT_NE(result.error().message.find(missing.name), std::string::npos)
        << result.error().message;
  }
}

// The inputs of the CodeQL steps and of messages are described as a whole.
TEST_P(EveryBuiltin, IsDocumented) {
  const auto page = sys::read_file(CREMA_SOURCE_DIR "/docs/actions.md");
  ASSERT_TRUE(page);
  const auto& action = *GetParam();
  EXPECT_NE(page->find("`" + std::string(action.name) + "`"), std::string::npos) << action.name;
  if (!action.name.starts_with("actions/") && !action.name.starts_with("codecov/") &&
      !action.name.starts_with("golangci/") && !action.name.starts_with("dominikh/")) {
    return;
  }
  for (const auto& input : action.inputs) {
    EXPECT_NE(page->find("`" + std::string(input.name)), std::string::npos)
        << action.name << " has an input that docs/actions.md does not name: " << input.name;
  }
}

INSTANTIATE_TEST_SUITE_P(All, EveryBuiltin,
                         testing::ValuesIn(all_builtins().begin(), all_builtins().end()),
                         [](const auto& info) {
                           std::string name(info.param->name);
                           std::ranges::replace_if(
                               name, [](char c) { return c == '/' || c == '-'; }, '_');
                           return name;
                         });

TEST(Table, NamesEachActionOnce) {
  std::set<std::string_view> names;
  for (const auto* action : all_builtins())
    EXPECT_TRUE(names.insert(action->name).second) << action->name;
}

TEST(Table, KnowsWhatToDoAboutOthers) {
  EXPECT_EQ(find_builtin("docker/build-push-action"), nullptr);
  EXPECT_NE(hint_for("docker/build-push-action").find("docker build"), std::string_view::npos);
  EXPECT_FALSE(hint_for("Swatinem/rust-cache").empty());
  EXPECT_FALSE(hint_for("snyk/actions/golang").empty());
  EXPECT_TRUE(hint_for("someone/unheard-of").empty());
}

}  // namespace
}  // namespace crema::actions
