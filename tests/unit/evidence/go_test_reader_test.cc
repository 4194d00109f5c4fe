// Streams that `go test -json` really printed, as suites: tests/data/go-test/NAME.json beside
// NAME.txt, which CREMA_UPDATE=1 writes anew.
#include "crema/evidence/go_test.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace crema::evidence {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

std::vector<TestSuite> suites_of(std::string_view stream, std::size_t piece) {
  std::vector<TestSuite> suites;
  GoTestReader reader({.on_run = {}, .on_case = {}, .on_suite = [&](TestSuite&& suite) {
                         suites.push_back(std::move(suite));
                       }});
  for (std::size_t at = 0; at < stream.size(); at += piece) reader.feed(stream.substr(at, piece));
  reader.finish();
  return suites;
}

std::string shown(const std::vector<TestSuite>& suites) {
  std::ostringstream out;
  for (const auto& suite : suites) {
    out << suite.name << ": " << to_text(suite.outcome);
    if (suite.kind != FailureKind::none) out << " (" << to_text(suite.kind) << ")";
    if (suite.cached) out << " cached";
    if (!suite.message.empty()) out << ": " << suite.message;
    out << "\n";
    for (const auto& test : suite.cases) {
      out << "  " << test.name << ": " << to_text(test.outcome);
      if (test.kind != FailureKind::none) out << " (" << to_text(test.kind) << ")";
      if (test.flaky()) out << " flaky";
      if (test.line != 0) out << " at " << test.file << ":" << test.line;
      if (!test.message.empty()) out << ": " << test.message;
      out << "\n";
    }
  }
  return out.str();
}

const fs::path kData = fs::path(CREMA_SOURCE_DIR) / "tests/data/go-test";

class GoTestStream : public testing::TestWithParam<std::string> {};

TEST_P(GoTestStream, IsReadAsItWas) {
  const auto stream = read(kData / (GetParam() + ".json"));
  const auto found = shown(suites_of(stream, stream.size()));
  const auto expected = kData / (GetParam() + ".txt");
  if (std::getenv("CREMA_UPDATE") != nullptr) std::ofstream(expected) << found;
  EXPECT_EQ(found, read(expected));
  EXPECT_EQ(shown(suites_of(stream, 7)), found) << "in small pieces";
}

std::vector<std::string> names() {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(kData)) {
    if (entry.path().extension() == ".json") found.push_back(entry.path().stem());
  }
  return found;
}
INSTANTIATE_TEST_SUITE_P(All, GoTestStream, testing::ValuesIn(names()),
                         [](const auto& info) { return info.param; });

TEST(GoTestReader, SaysWhatNeverEnded) {
  const auto suites = suites_of(R"({"Action":"start","Package":"p"})"
                                "\n"
                                R"({"Action":"run","Package":"p","Test":"TestA"})"
                                "\nnot an event\n",
                                1000);
  ASSERT_EQ(suites.size(), 1U);
  EXPECT_EQ(suites[0].outcome, TestOutcome::failed);
  ASSERT_EQ(suites[0].cases.size(), 1U);
  EXPECT_EQ(suites[0].cases[0].kind, FailureKind::crash);
}

TEST(GoTestReader, KeepsBothEndsOfAFlood) {
  std::string stream = "{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"T\"}\n";
  const auto say = [&](const std::string& text) {
    stream += R"({"Action":"output","Package":"p","Test":"T","Output":")" + text + "\\n\"}\n";
  };
  say("the beginning");
  for (int i = 0; i < 20000; ++i) say("a line of a very long output");
  say("    a_test.go:7: the end");
  stream += R"({"Action":"fail","Package":"p","Test":"T","Elapsed":0.5})"
            "\n"
            R"({"Action":"fail","Package":"p","Elapsed":0.6})"
            "\n";
  const auto suites = suites_of(stream, 4096);
  ASSERT_EQ(suites.size(), 1U);
  const auto& test = suites[0].cases.at(0);
  EXPECT_LT(test.output.size(), kKeptOutput + 100);
  EXPECT_TRUE(test.output.starts_with("the beginning\n"));
  EXPECT_TRUE(test.output.ends_with("the end\n"));
  EXPECT_NE(test.output.find("bytes left out"), std::string::npos);
  EXPECT_EQ(test.message, "the end");
  EXPECT_EQ(test.line, 7U);
  EXPECT_EQ(test.duration, std::chrono::milliseconds(500));
}

TEST(GoTestReader, CallsATestFlakyThatPassesTheSecondTime) {
  const auto suites = suites_of(
      R"({"Action":"run","Package":"p","Test":"T"}
{"Action":"fail","Package":"p","Test":"T","Elapsed":1}
{"Action":"run","Package":"p","Test":"T"}
{"Action":"pass","Package":"p","Test":"T","Elapsed":2}
{"Action":"pass","Package":"p","Elapsed":3}
)",
      100);
  ASSERT_EQ(suites.size(), 1U);
  ASSERT_EQ(suites[0].cases.size(), 1U);
  EXPECT_TRUE(suites[0].cases[0].flaky());
}

}  // namespace
}  // namespace crema::evidence
