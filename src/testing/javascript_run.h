// What Jest and Vitest have in common: packages are installed, crema's reporter is put beside them,
// files are chosen, coverage is read.
#pragma once

#include "node_project.h"
#include "reporter_run.h"

#include <string>
#include <string_view>
#include <vector>

namespace crema::testing {

struct JavaScriptFramework {
  std::string name;      // "Jest"
  std::string program;   // "jest"; also the package's name
  std::string reporter;  // the name of the embedded file
};

class JavaScriptRun {
 public:
  // Installs packages and writes the reporter. Fails with "testing/packages" and what to do.
  static Result<JavaScriptRun> prepare(const JavaScriptFramework& framework,
                                       const TestRequest& request, const NodePackage& package,
                                       const TaskServices& services);

  // The folder the package is in.
  std::filesystem::path place() const { return request_.root / package_.folder; }
  const std::filesystem::path& reporter() const { return reporter_; }
  std::filesystem::path coverage_folder() const { return services_.scratch / "coverage"; }

  // Runs the program with the script's own arguments behind these.
  Result<ReportedRun> run(std::vector<std::string> arguments, const std::string& names) const;
  // Runs the program and gives what it prints: to list files.
  Result<std::string> ask(std::vector<std::string> arguments) const;
  // As run(), of tests that failed: those watching have heard of their suites already.
  Result<ReportedRun> run_again(std::vector<std::string> arguments, const std::string& names) const;

  // Whether files must be chosen by name: tests of other parts are there, or paths were named.
  bool must_choose() const;
  // Those of `files` (absolute) that are of the part and below the paths that were asked for.
  std::vector<std::string> chosen(const std::vector<std::string>& files) const;
  // Reads `lcov.info` of the coverage folder; without what is not below the repository.
  void read_coverage(ProjectReport& report) const;

 private:
  JavaScriptRun(const TestRequest& request, const NodePackage& package,
                const TaskServices& services)
      : request_(request), package_(package), services_(services) {}
  sys::Command command(std::vector<std::string> arguments, const std::string& names) const;
  ReportedProject project() const;

  const TestRequest& request_;
  const NodePackage& package_;
  const TaskServices& services_;
  JavaScriptFramework framework_;
  std::filesystem::path program_, reporter_;
  sys::Environment environment_;
};

// The words of a script that are not crema's to say: not `run`, `--watch`, reporters, coverage.
std::vector<std::string> kept_arguments(const std::vector<std::string>& words);

}  // namespace crema::testing
