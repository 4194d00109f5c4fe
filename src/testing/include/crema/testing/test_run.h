// All tests of a repository in one go: its modules beside each other, within the machine's cores.
#pragma once

#include "crema/base/result.h"
#include "crema/evidence/coverage.h"
#include "crema/evidence/test_suite.h"
#include "crema/sys/files.h"
#include "crema/sys/host.h"
#include "crema/testing/sharding.h"
#include "crema/testing/test_options.h"

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace crema::testing {

struct ProjectReport {
  std::string folder;
  std::string framework, part;
  evidence::Time started;
  std::vector<evidence::TestSuite> suites;
  std::optional<evidence::Coverage> coverage;
  std::vector<std::string> remarks;
  std::string error;  // why none of it could run; "" when it did
  std::string log;    // what stood beside the tests said: services
  // Where attachments of cases are until they are kept.
  std::optional<sys::TemporaryDirectory> scratch;

  bool failed() const;
};

// What a user watches. Calls come one at a time, from several threads.
class TestListener {
 public:
  virtual ~TestListener() = default;
  virtual void on_project(std::string_view folder) = 0;  // its tests begin
  virtual void on_run(std::string_view suite, std::string_view name) = 0;
  virtual void on_case(const evidence::TestSuite& suite, const evidence::TestCase& test) = 0;
  virtual void on_suite(const evidence::TestSuite& suite) = 0;
  virtual void on_project_end(const ProjectReport& project) = 0;
};

struct TestRequest {
  std::filesystem::path root;      // of the repository
  std::string part = "unit";       // "unit", "integration", "e2e"
  std::vector<std::string> paths;  // folders, relative to the root; none: all
  TestOptions options;
  unsigned parallel = 0;  // modules at a time; 0: as many as there are cores
  std::optional<Shard> shard;
  SuiteTimes times;              // for shards
  std::filesystem::path builds;  // where what must be built for tests stays; empty: nowhere
  // Only tests that these files can affect, relative to the repository.
  std::optional<std::vector<std::string>> changed;
};

struct TestServices {
  const sys::Host& host;
  TestListener& listener;
  std::stop_token stop;
};

// Projects by folder. Fails with "testing/no-tests" where there is nothing to test, and with
// "testing/no-program" where what runs them is missing.
Result<std::vector<ProjectReport>> run_tests(const TestRequest& request,
                                             const TestServices& services);

// Fails with "testing/no-tests" where the repository has none of this part: before services start
// for them.
Result<> need_tests(const TestRequest& request, const sys::Host& host);

}  // namespace crema::testing
