// Real `go test` runs on small modules: each way to fail is told apart, nothing is left running.
#include "crema/testing/go_tests.h"

#include "crema/sys/files.h"
#include "crema/testing/test_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <map>

namespace crema::testing {
namespace {

using evidence::FailureKind;
using evidence::TestOutcome;
using evidence::TestSuite;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Ignore : public TestListener {
 public:
  void on_project(std::string_view) override {}
  void on_run(std::string_view, std::string_view) override {}
  void on_case(const TestSuite&, const evidence::TestCase&) override { ++cases; }
  void on_suite(const TestSuite&) override {}
  void on_project_end(const ProjectReport&) override {}
  int cases = 0;
};

class GoTestsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!host.find_program("go")) GTEST_SKIP() << "go is not installed";
    host.environment["GOFLAGS"] = "-mod=mod";
    host.environment["GOWORK"] = "off";
  }

  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder.path() / name).parent_path());
    ASSERT_TRUE(sys::write_file(folder.path() / name, text));
  }
  // A package of one test file.
  void write_test(const std::string& package, const std::string& imports,
                  const std::string& body) const {
    write(package + "/a_test.go",
          "package " + package + "\n\nimport (\n\"testing\"\n" + imports + ")\n\n" + body);
  }
  std::vector<ProjectReport> run(TestOptions options = {}) {
    TestRequest request{.root = folder.path(), .options = std::move(options)};
    auto reports = run_tests(request, {.host = host, .listener = listener, .stop = {}});
    EXPECT_TRUE(reports) << reports.error().message;
    return reports ? std::move(*reports) : std::vector<ProjectReport>();
  }
  static const TestSuite& suite(const std::vector<ProjectReport>& reports, std::string_view name) {
    for (const auto& report : reports) {
      for (const auto& found : report.suites) {
        if (found.name.ends_with("/" + std::string(name))) return found;
      }
    }
    static const TestSuite none;
    ADD_FAILURE() << "no suite " << name;
    return none;
  }

  sys::Host host = sys::real_host();
  sys::TemporaryDirectory folder = sys::TemporaryDirectory::create("/tmp", "crema-test-").value();
  Ignore listener;
};

TEST_F(GoTestsTest, TellFailuresApartAndLeaveNothingRunning) {
  write("go.mod", "module example.org/m\n\ngo 1.20\n");
  write_test("never", "\"time\"\n", "func TestNever(t *testing.T) { time.Sleep(time.Hour) }\n");
  write_test("initial", "", "func init() { panic(\"no\") }\nfunc TestX(t *testing.T) {}\n");
  write_test("flood", "\"fmt\"\n\"strings\"\n",
             "func TestFlood(t *testing.T) {\n  line := strings.Repeat(\"x\", 999)\n"
             "  for i := 0; i < 3000; i++ { fmt.Println(line) }\n  t.Fatal(\"the end\")\n}\n");
  write_test(
      "server", "\"os/exec\"\n\"os\"\n\"strconv\"\n",
      "func TestServer(t *testing.T) {\n  server := exec.Command(\"sleep\", \"600\")\n"
      "  server.Stdout = os.Stdout\n  if err := server.Start(); err != nil { t.Fatal(err) }\n"
      "  os.WriteFile(\"pid\", []byte(strconv.Itoa(server.Process.Pid)), 0o644)\n}\n");
  write_test("wrong", "", "func TestWrong(t *testing.T) { t.Errorf(\"got %d\", 1) }\n");
  write("broken/a.go", "package broken\n\nfunc a() { b() }\n");
  write("none/a.go", "package none\n");
  const auto reports = run({.timeout = std::chrono::seconds(3), .race = false});
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_TRUE(reports[0].failed());

  EXPECT_EQ(suite(reports, "never").cases.at(0).kind, FailureKind::timeout);
  EXPECT_EQ(suite(reports, "initial").kind, FailureKind::panic);
  EXPECT_EQ(suite(reports, "broken").kind, FailureKind::build);
  EXPECT_EQ(suite(reports, "none").outcome, TestOutcome::skipped);
  const auto& flood = suite(reports, "flood").cases.at(0);
  EXPECT_EQ(flood.message, "the end");
  EXPECT_LT(flood.output.size(), evidence::kKeptOutput + 100);
  const auto& wrong = suite(reports, "wrong").cases.at(0);
  EXPECT_EQ(wrong.file, "wrong/a_test.go");
  EXPECT_EQ(wrong.message, "got 1");

  const auto process = sys::read_file(folder.path() / "server/pid");
  ASSERT_TRUE(process);
  EXPECT_NE(::kill(std::stoi(*process), 0), 0) << "the server is still there";
}

TEST_F(GoTestsTest, CallFlakyWhatPassesAtAnotherAttempt) {
  write("go.mod", "module example.org/m\n\ngo 1.20\n");
  write_test("flaky", "\"os\"\n",
             "func TestFlaky(t *testing.T) {\n  if _, err := os.Stat(\"ran\"); err != nil {\n"
             "    os.WriteFile(\"ran\", nil, 0o644)\n    t.Fatal(\"the first time\")\n  }\n}\n"
             "func TestFine(t *testing.T) {}\n");
  const auto reports = run({.retries = 2, .race = false});
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_FALSE(reports[0].failed());
  const auto& cases = suite(reports, "flaky").cases;
  ASSERT_EQ(cases.size(), 2U);
  EXPECT_EQ(std::ranges::count_if(cases, &evidence::TestCase::flaky), 1);
}

TEST_F(GoTestsTest, MeasureCoverageOfOtherPackagesInSpiteOfABrokenOne) {
  write("go.mod", "module example.org/m\n\ngo 1.20\n");
  write("lib/a.go",
        "package lib\n\nfunc Used() int { return 1 }\n\nfunc Unused() int { return 2 }\n");
  write_test("user", "\"example.org/m/lib\"\n",
             "func TestUse(t *testing.T) { if lib.Used() != 1 { t.Fatal() } }\n");
  write("tools/go.mod", "module example.org/tools\n\ngo 1.20\n");
  write("tools/t/a.go", "package t\n");
  write("broken/a.go", "package broken\n\nfunc a() { b() }\n");
  const auto reports = run({.race = false, .coverpkg = "./..."});
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[1].folder, "tools");
  EXPECT_EQ(suite(reports, "user").outcome, TestOutcome::passed) << "in spite of the broken one";
  EXPECT_EQ(suite(reports, "broken").kind, FailureKind::build);
  ASSERT_TRUE(reports[0].coverage);
  ASSERT_EQ(reports[0].coverage->files.size(), 1U);
  EXPECT_EQ(reports[0].coverage->files[0].path, "lib/a.go");
  EXPECT_EQ(total_of(*reports[0].coverage).covered, 1U);
  EXPECT_EQ(total_of(*reports[0].coverage).statements, 2U);
}

TEST_F(GoTestsTest, SayWhyAModuleCannotBeTested) {
  write("go.mod", "module example.org/m\n\ngo 1.20\nnonsense\n");
  write_test("a", "", "func TestA(t *testing.T) {}\n");
  const auto reports = run({.race = false});
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_TRUE(reports[0].failed());
  EXPECT_THAT(reports[0].error, HasSubstr("nonsense"));
}

TEST_F(GoTestsTest, LeaveIntegrationTestsOutUnlessTheyAreNamed) {
  write("go.mod", "module example.org/m\n\ngo 1.20\n");
  write_test("unit", "", "func TestA(t *testing.T) {}\n");
  write("tests/integration/a_test.go",
        "package integration\n\nimport \"testing\"\n\nfunc TestB(t *testing.T) {}\n");
  const auto reports = run({.cover = false, .race = false});
  ASSERT_EQ(reports.size(), 1U);
  ASSERT_EQ(reports[0].suites.size(), 1U);
  EXPECT_EQ(reports[0].suites[0].name, "example.org/m/unit");
  TestRequest request{.root = folder.path(), .paths = {"tests/integration"}};
  request.options.race = false;
  const auto named = run_tests(request, {.host = host, .listener = listener, .stop = {}});
  ASSERT_TRUE(named) << named.error().message;
  ASSERT_EQ(named->at(0).suites.size(), 1U);
  EXPECT_EQ(named->at(0).suites[0].name, "example.org/m/tests/integration");
}

TEST(GoModules, AreFoundWithoutVendoredOnes) {
  const auto folder = sys::TemporaryDirectory::create("/tmp", "crema-test-").value();
  for (const auto* module : {"b", "a/inner", "vendor/x", "a/testdata/y", ".hidden", "_off"}) {
    std::filesystem::create_directories(folder.path() / module);
    ASSERT_TRUE(sys::write_file(
        folder.path() / module / "go.mod",
        "// the module\nmodule \"example.org/" + std::string(module) + "\" // here\n"));
  }
  std::vector<std::string> found;
  for (const auto& module : find_go_modules(folder.path()))
    found.push_back(module.folder + "=" + module.path);
  EXPECT_THAT(found, ElementsAre("a/inner=example.org/a/inner", "b=example.org/b"));
}

}  // namespace
}  // namespace crema::testing
