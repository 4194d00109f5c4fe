// A test framework: how its tests are found in a repository, and how a task of them runs. Adding
// one is one file and one line in framework_table.cc.
#pragma once

#include "crema/evidence/suite_listener.h"
#include "crema/sys/process.h"
#include "crema/testing/test_run.h"

#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace crema::testing {

struct TaskServices {
  const sys::Host& host;  // its environment is that of the tests
  sys::ProcessTree& processes;
  std::filesystem::path scratch;  // a folder of its own
  std::stop_token stop;
  evidence::SuiteListener listener;  // what a user watches, of any framework
  unsigned processes_each = 0;       // how many a task may use; 0: all
};

// One project's tests of one part: they run in one go.
class TestTask {
 public:
  virtual ~TestTask() = default;
  virtual std::string folder() const = 0;  // relative to the repository; "" is its root
  // Fills suites, coverage, remarks and error. Fails only when nothing could be started.
  virtual Result<> run(const TaskServices& services, ProjectReport& report) = 0;
};

using TestTasks = std::vector<std::unique_ptr<TestTask>>;

struct Framework {
  std::string_view name;     // "go"
  std::string_view program;  // that must be there: "go"
  std::string_view install;  // how it comes there
  Result<TestTasks> (*find)(const TestRequest& request, const sys::Host& host);
  bool narrows = false;  // a path inside a project means that part of it; else the whole project
};

std::span<const Framework> frameworks();

extern const Framework kGo, kJest, kVitest, kPytest, kCargo, kCtest, kNodeTest, kPlaywright;

// Whether a folder is another or below it; "" is the root, which is above all.
bool is_below(std::string_view folder, std::string_view above);
// Whether a user's paths (none: all) ask for a project in `folder`.
bool is_asked_for(const TestRequest& request, std::string_view folder);
// Whether a file of tests, relative to the repository, is of the part and below the paths that were
// asked for. Paths that a user names are tested whatever they are called.
bool is_chosen(const TestRequest& request, std::string_view file);

}  // namespace crema::testing
