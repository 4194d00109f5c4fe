// No secret, in no form, in no piece of output gets past the masker or a step's log.
#include "masking.h"

#include "step_log.h"

#include "crema/base/hash.h"
#include "crema/base/strings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::run {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Masker, ReplacesEveryFormOfASecret) {
  Masker masker;
  const std::string secret = R"(p@ss"wor'd<1>&x\y)";
  masker.add(secret);
  for (const auto& form : masked_forms(secret)) {
    EXPECT_THAT(masker.mask("a " + form + " b"), Not(HasSubstr(form))) << form;
  }
  // Basic authentication puts the secret at any shift of base64, with more behind it.
  for (const std::string before : {"", "u:", "us:", "user:"}) {
    const auto encoded = base64_encode(before + secret + "tail");
    const auto inner = base64_encode(secret).substr(0, 12);
    EXPECT_THAT(masker.mask(encoded), HasSubstr("***")) << before;
  }
}

TEST(Masker, MergesOverlappingAndAdjacentSecrets) {
  Masker masker;
  masker.add("abcd");
  masker.add("cdef");
  EXPECT_EQ(masker.mask("xabcdefx"), "x***x");
  EXPECT_EQ(masker.mask("xabcdcdefx"), "x***x");
  EXPECT_EQ(masker.mask("abcd abcd"), "*** ***");
  EXPECT_EQ(masker.mask("nothing"), "nothing");
}

TEST(Masker, MasksEachLineOfASecretWithSeveral) {
  Masker masker;
  masker.add("{\n  first-line\nsecond-line\n}");
  EXPECT_EQ(masker.mask("x first-line y"), "x *** y");
  EXPECT_EQ(masker.mask("second-line { }"), "*** { }");
}

TEST(Masker, IgnoresEmptySecrets) {
  Masker masker;
  masker.add("");
  EXPECT_EQ(masker.mask("abc"), "abc");
  EXPECT_FALSE(masker.contains_secret("abc"));
}

// A listener that keeps what it is told, and a handler that keeps what it is asked.
struct Recorder : evidence::RunListener, CommandHandler {
  std::vector<std::string> lines;
  std::vector<evidence::Annotation> annotations;
  std::map<std::string, std::string> outputs, states, variables;
  std::vector<std::string> paths;
  bool unsecure = false;
  bool failed = false;

  void on_event(const evidence::Event& event) override {
    if (const auto* annotation = std::get_if<evidence::Annotation>(&event.body))
      annotations.push_back(*annotation);
  }
  void on_log(evidence::JobIndex, evidence::StepIndex,
              std::span<const evidence::LogLine> batch) override {
    for (const auto& line : batch)
      lines.push_back(std::to_string(static_cast<int>(line.kind)) + " " + std::string(line.text));
  }
  void set_output(std::string_view name, std::string value) override {
    outputs[std::string(name)] = value;
  }
  void save_state(std::string_view name, std::string value) override {
    states[std::string(name)] = value;
  }
  void set_variable(std::string_view name, std::string value) override {
    variables[std::string(name)] = value;
  }
  void add_path(std::string_view folder) override { paths.emplace_back(folder); }
  Result<std::vector<ProblemMatcher>> load_matchers(std::string_view file) override {
    return fail("x", "no file " + std::string(file));
  }
  bool unsecure_commands_allowed() const override { return unsecure; }
  void command_failed() override { failed = true; }
};

class StepLogTest : public testing::Test {
 protected:
  sys::FakeClock clock;
  Recorder recorder;
  Masker masker;
  ProblemMatchers matchers;
  StepLog log{{}, clock, recorder, masker, matchers, recorder};
};

TEST_F(StepLogTest, JoinsPiecesToLinesAndMasksAcrossThem) {
  masker.add("secret-token");
  log.feed("one sec");
  log.feed("ret-token two\r\nthr");
  log.feed("ee\n");
  log.feed("last");
  log.finish();
  EXPECT_THAT(recorder.lines, ElementsAre("0 one *** two", "0 three", "0 last"));
}

TEST_F(StepLogTest, ObeysCommands) {
  log.feed(
      "::set-output name=a::1\n::save-state name=b::2\n::add-mask::hidden-value\nhidden-value\n"
      "::group::G\n::endgroup::\n::debug::d\n::unknown::text\n::error file=f.go,line=3,col=4::bad "
      "hidden-value\n");
  EXPECT_EQ(recorder.outputs["a"], "1");
  EXPECT_EQ(recorder.states["b"], "2");
  EXPECT_THAT(recorder.lines, ElementsAre("0 ***", "2 G", "3 ", "0 ::unknown::text", "7 bad ***"));
  ASSERT_EQ(recorder.annotations.size(), 1U);
  EXPECT_EQ(recorder.annotations[0].message, "bad ***");
  EXPECT_EQ(recorder.annotations[0].line, 3U);
  EXPECT_FALSE(recorder.failed);
}

TEST_F(StepLogTest, StopsAndResumesCommands) {
  log.feed(
      "::stop-commands::my-random-token\n::set-output name=a::1\n::my-random-token::\n::set-output "
      "name=b::2\n");
  EXPECT_EQ(recorder.outputs.count("a"), 0U);
  EXPECT_EQ(recorder.outputs["b"], "2");
  EXPECT_THAT(recorder.lines, testing::Contains("0 ::set-output name=a::1"));
}

TEST_F(StepLogTest, RefusesUnsecureCommandsUnlessAllowed) {
  log.feed("::set-env name=A::1\n");
  EXPECT_TRUE(recorder.failed);
  EXPECT_TRUE(recorder.variables.empty());
  recorder.unsecure = true;
  log.feed("::set-env name=A::1\n::add-path::/x\n");
  EXPECT_EQ(recorder.variables["A"], "1");
  EXPECT_THAT(recorder.paths, ElementsAre("/x"));
}

TEST_F(StepLogTest, KeepsTenAnnotationsOfALevel) {
  for (int i = 0; i < 25; ++i) log.feed("::warning::w\n::error::e\n");
  EXPECT_EQ(recorder.annotations.size(), 20U);
  EXPECT_EQ(recorder.lines.size(), 50U);
}

TEST_F(StepLogTest, CutsAnEndlessLineWithoutCuttingASecret) {
  const std::string secret = "a-long-secret-value";
  masker.add(secret);
  std::string endless;
  while (endless.size() < 3 * kLongestLine) endless += secret + ".";
  for (std::size_t at = 0; at < endless.size(); at += 65536)
    log.feed(std::string_view(endless).substr(at, 65536));
  log.finish();
  EXPECT_GT(recorder.lines.size(), 2U);
  for (const auto& line : recorder.lines) {
    EXPECT_EQ(line.find("secret"), std::string::npos);
    EXPECT_LE(line.size(), kLongestLine + 8);
  }
}

TEST_F(StepLogTest, ReplacesBytesThatAreNoText) {
  log.feed("a\xff\xc3(b\xe2\x82\xac\n");
  EXPECT_THAT(recorder.lines, ElementsAre("0 a\xEF\xBF\xBD\xEF\xBF\xBD(b\xe2\x82\xac"));
}

}  // namespace
}  // namespace crema::run
