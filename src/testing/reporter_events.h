// What crema's own reporter inside a framework says, as suites: one for each file (and browser).
//
// A reporter prints one JSON object a line, each behind "\x1ecrema ". `event` says which:
//   begin      version
//   suite      file: its tests begin
//   test       file, group, title: it begins
//   group_end  file, id: what began was no test but a group of them
//   end        file, line, group, title, status (passed, failed, skipped, timedOut), expected,
//              kind, retry, started, duration, reason, errors, output, attachments
//   suite_end  file, kind, errors, duration, output: what is no test's
//   error, output   text
// What began may have an `id` in its file: its end names that, and may call it otherwise.
// `project` beside `file` is the browser or the framework's own project. An error has text,
// snippet, file and line. Durations are seconds. `kind` is a failure's kind as evidence has it.
#pragma once

#include "crema/evidence/kept_output.h"
#include "crema/evidence/suite_listener.h"
#include "crema/evidence/test_suite.h"

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace crema::testing {

class ReporterEvents {
 public:
  // Files are shown relative to `root`, the repository.
  ReporterEvents(std::filesystem::path root, std::string framework, std::string project,
                 evidence::SuiteListener listener);

  void feed(std::string_view bytes);  // of standard output, cut anywhere

  // Suites in the order in which they were first spoken of. Tests and suites that began and did not
  // end are failures of this kind, with this message.
  std::vector<evidence::TestSuite> finish(
      evidence::FailureKind kind = evidence::FailureKind::crash,
      std::string_view message = "the process ended while this test ran");
  // What was said beside the events: errors of the framework itself, output of no test.
  std::string other_output() const { return other_.text(); }
  const std::string& version() const { return version_; }
  bool left_unfinished() const { return left_unfinished_; }

 private:
  struct Running {
    std::string suite, group, title, file;
    std::uint32_t line = 0;
  };
  void take_line(std::string_view line);
  void take_event(std::string_view json);
  void begin_test(const std::string& suite, const nlohmann::json& event);
  void end_test(const std::string& suite, const nlohmann::json& event);
  void end_suite(const std::string& suite, const nlohmann::json& event);
  void add_errors(evidence::TestCase& test, const nlohmann::json& event) const;
  void add_case(evidence::TestSuite& suite, evidence::TestCase test, bool retry);
  void end_unfinished(evidence::FailureKind kind, std::string_view message);
  void settle(evidence::TestSuite& suite) const;
  evidence::TestSuite& suite_of(const std::string& name);
  std::string shown_path(const std::string& file) const;

  std::filesystem::path root_;
  std::string framework_, project_;
  evidence::SuiteListener listener_;
  std::string line_, version_;
  evidence::KeptOutput other_;
  std::vector<evidence::TestSuite> suites_;
  std::unordered_map<std::string, std::size_t> suite_places_, case_places_;
  std::map<std::string, Running> running_;  // tests, by suite and id, else group and title
  std::map<std::string, bool> open_;        // suites that began: whether they ended
  bool left_unfinished_ = false;
};

// The first place in a text that is a file below `root` and of no installed package:
// "/root/a.js:3".
struct TextPlace {
  std::string file;  // relative to the root; "" for none
  std::uint32_t line = 0;
};
TextPlace place_in_text(std::string_view text, std::string_view root);

}  // namespace crema::testing
