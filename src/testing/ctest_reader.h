// Reads what `ctest` prints while it prints it: which tests begin, and how they end. What they said
// is in the JUnit file that ctest writes at the end.
#pragma once

#include "crema/evidence/kept_output.h"
#include "crema/evidence/suite_listener.h"
#include "crema/evidence/test_suite.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace crema::testing {

class CtestReader {
 public:
  // `on_run` and `on_case` of the listener are called; the suite of a test is `suite_of` its name.
  CtestReader(std::function<std::string(std::string_view name)> suite_of,
              evidence::SuiteListener listener);

  void feed(std::string_view bytes);
  void finish();

  // By name. A test that ran several times has its earlier attempts.
  std::map<std::string, evidence::TestCase, std::less<>>& cases() { return cases_; }
  std::vector<std::string> running() const;  // began and did not end
  std::string other_output() const { return other_.text(); }

 private:
  void take_line(std::string_view line);
  void end_test(std::string_view name, std::string_view status, std::string_view seconds);

  std::function<std::string(std::string_view)> suite_of_;
  evidence::SuiteListener listener_;
  std::string line_;
  evidence::KeptOutput other_;
  std::map<std::string, evidence::TestCase, std::less<>> cases_;
  std::map<std::string, bool, std::less<>> running_;
};

// What a failed program's output says of the failure, and where: the first line that names a file
// below `root`, as compilers, assert() and test libraries do ("/repo/a.cc:3: ...").
void explain_program_failure(evidence::TestCase& test, std::string_view root);

}  // namespace crema::testing
