// Tests as they go: a line for each package that has ended, and on a terminal one that says what
// runs now.
#pragma once

#include "crema/evidence/style.h"
#include "crema/sys/host.h"
#include "crema/testing/test_run.h"

#include <mutex>
#include <string>

namespace crema::cli {

class TestProgress : public testing::TestListener {
 public:
  // `width` is the terminal's; 0 where there is none.
  TestProgress(const sys::Host& host, evidence::Style style, std::size_t width);
  ~TestProgress() override;

  void on_part(std::string_view part);  // a headline
  void on_note(std::string_view line);
  // What a service said, where the reader of a step's log can fold it; elsewhere the run keeps it.
  void on_log(std::string_view service, std::string_view log);

  void on_project(std::string_view folder) override;
  void on_run(std::string_view suite, std::string_view name) override;
  void on_case(const evidence::TestSuite& suite, const evidence::TestCase& test) override;
  void on_suite(const evidence::TestSuite& suite) override;
  void on_project_end(const testing::ProjectReport& project) override;

 private:
  void draw(bool now);
  void erase();

  const sys::Host& host_;
  evidence::Style style_;
  std::size_t width_;
  std::uint64_t passed_ = 0, failed_ = 0, skipped_ = 0;
  std::string running_;
  sys::MonotonicTime drawn_{};
  std::mutex notes_;   // services start beside each other
  bool line_ = false;  // the live line is on the screen
};

}  // namespace crema::cli
