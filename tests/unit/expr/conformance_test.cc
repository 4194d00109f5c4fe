// Runs GitHub's own conformance cases for expressions (actions/languageservices
// expressions/testdata), where they are at hand.
#include "crema/expr/expression.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

namespace crema::expr {
namespace {

namespace fs = std::filesystem;

// What the cases were written for: the limit of GitHub's evaluator when its caller sets none.
constexpr std::size_t kReferenceMemory = 1024 * 1024;

fs::path yardsticks() {
  const char* shared = std::getenv("CREMA_SHARED");
  const fs::path base =
      shared != nullptr ? fs::path(shared) : fs::path(CREMA_SOURCE_DIR).parent_path() / "shared";
  return base / "yardsticks" / "actions-expressions";
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string_view kind_name(Kind kind) {
  constexpr std::string_view kNames[] = {"Null", "Boolean", "Number", "String", "Array", "Object"};
  return kNames[static_cast<std::size_t>(kind)];
}

// Why a case fails; "" when it passes.
std::string verdict(const Value& test) {
  Vocabulary vocabulary;
  Scope scope;
  scope.max_memory = kReferenceMemory;
  if (const Value contexts = test.member("contexts"); contexts.kind() == Kind::object) {
    for (const auto& [name, value] : contexts.as_object().members()) {
      vocabulary.contexts.insert(name);
      scope.contexts.emplace(name, value);
    }
  }
  const Value error = test.member("err");
  const auto expression = Expression::parse(test.member("expr").as_string(), vocabulary);
  const auto result = expression ? expression->evaluate(scope) : Result<Value>(expression.error());
  if (!error.is_null()) {
    const bool at_parsing = error.member("kind").as_string() != "evaluation";
    if (result) return "expected an error, got " + to_json(*result);
    if (at_parsing == expression.has_value())
      return "failed at the wrong time: " + result.error().message;
    if (result.error().message.find(error.member("value").as_string()) == std::string::npos)
      return "wrong message: " + result.error().message;
    return "";
  }
  if (!result) return "unexpected error: " + result.error().message;
  const Value expected = test.member("result");
  if (kind_name(result->kind()) != expected.member("kind").as_string())
    return fmt::format("wrong kind {}", kind_name(result->kind()));
  if (to_json(*result) != to_json(expected.member("value"))) return "got " + to_json(*result);
  return "";
}

TEST(Conformance, PassesGitHubsCases) {
  const fs::path folder = yardsticks();
  if (!fs::is_directory(folder)) GTEST_SKIP() << "no conformance cases in " << folder;
  int total = 0;
  int passed = 0;
  for (const auto& file : fs::directory_iterator(folder)) {
    std::string error;
    const auto document = from_json(read_file(file.path()), &error);
    ASSERT_TRUE(document) << file.path() << ": " << error;
    for (const auto& [group, cases] : document->as_object().members()) {
      for (const Value& test : cases.as_array()) {
        ++total;
        const std::string why = verdict(test);
        if (why.empty())
          ++passed;
        else
          ADD_FAILURE() << file.path().filename() << " / " << group << "\n  "
                        << test.member("expr").to_text().substr(0, 300) << "\n  " << why;
      }
    }
  }
  std::cout << fmt::format("expressions: {} of {}\n", passed, total);
  EXPECT_EQ(passed, total);
  EXPECT_EQ(total, 1020);
}

}  // namespace
}  // namespace crema::expr
