// What crema's reporter inside Playwright says, as suites: one for each file and browser.
#pragma once

#include "crema/evidence/go_test.h"
#include "crema/evidence/test_suite.h"

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::testing {

class PlaywrightEvents {
 public:
  // Files are shown relative to `root`, the repository.
  PlaywrightEvents(std::filesystem::path root, std::string project,
                   evidence::GoTestListener listener);

  void feed(std::string_view bytes);  // of standard output, cut anywhere

  // Suites in the order in which their first test ended. A test that began and did not end is a
  // failure ("crash").
  std::vector<evidence::TestSuite> finish();
  // What was said beside the events: errors of Playwright itself, output of no test.
  const std::string& other_output() const { return other_; }
  const std::string& version() const { return version_; }

 private:
  struct Running {
    std::string suite, name;
    bool operator==(const Running&) const = default;
  };
  void take_line(std::string_view line);
  void take_event(std::string_view json);
  void end_test(evidence::TestSuite& suite, const nlohmann::json& event);
  void add_errors(evidence::TestCase& test, const nlohmann::json& event) const;
  static void add_case(evidence::TestSuite& suite, evidence::TestCase test, bool retry);
  evidence::TestSuite& suite_of(const std::string& name);
  std::string shown_path(const std::string& file) const;

  std::filesystem::path root_;
  std::string project_;
  evidence::GoTestListener listener_;
  std::string line_, other_, version_;
  std::vector<evidence::TestSuite> suites_;
  std::vector<Running> running_;
};

}  // namespace crema::testing
