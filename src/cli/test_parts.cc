#include "test_parts.h"

#include "crema/sys/files.h"
#include "crema/testing/environment.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::cli {
namespace {

// For who watches nothing.
class Silence : public testing::TestListener {
 public:
  void on_project(std::string_view) override {}
  void on_run(std::string_view, std::string_view) override {}
  void on_case(const evidence::TestSuite&, const evidence::TestCase&) override {}
  void on_suite(const evidence::TestSuite&) override {}
  void on_project_end(const testing::ProjectReport&) override {}
};

Result<testing::TestSettings> settings_of(const Project& project) {
  const auto file = project.root / "crema.yml";
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return testing::TestSettings();
  auto text = CREMA_TRY(sys::read_file(file));
  return testing::read_test_settings(std::make_shared<SourceFile>("crema.yml", std::move(text)));
}

class Parts {
 public:
  explicit Parts(const PartsRequest& request) : request_(request) {}

  Result<std::vector<testing::ProjectReport>> run() {
    settings_ = CREMA_TRY(settings_of(request_.project));
    for (const auto& part : request_.parts) {
      if (request_.progress != nullptr && request_.parts.size() > 1)
        request_.progress->on_part(part);
      const auto ran = run_part(part);
      if (ran) continue;
      const bool missing =
          ran.error().code == "testing/no-tests" || ran.error().code == "testing/nothing-affected";
      const bool unaffected = ran.error().code == "testing/nothing-affected";
      nothing_to_do_ = nothing_to_do_ || unaffected;
      if (!missing || (request_.parts.size() == 1 && !unaffected)) return fail(ran.error());
      note(ran.error().message);
    }
    if (reports_.empty() && !nothing_to_do_) {
      auto error = make_error("testing/no-tests", "there are no tests here that crema can run");
      error.hint = "docs/testing.md says what a project is of each framework";
      return fail(std::move(error));
    }
    return std::move(reports_);
  }

 private:
  void note(std::string_view line) const {
    if (request_.progress != nullptr) request_.progress->on_note(line);
  }

  Result<> run_part(const std::string& part) {
    auto tests = request_.tests;
    tests.part = part;
    if (part == "unit") return run_tests(tests, request_.host);
    CREMA_TRY(testing::need_tests(tests, request_.host));
    auto settings = settings_.of(part);
    if (!request_.compose.empty()) settings.compose = request_.compose;
    const auto started = request_.host.clock->wall();
    const auto environment =
        testing::start_environment({.host = request_.host,
                                    .root = request_.project.root,
                                    .part = part,
                                    .settings = std::move(settings),
                                    .log = [this](std::string_view line) { note(line); },
                                    .stop = request_.stop});
    if (!environment) return report_services(part, started, environment.error());
    auto host = request_.host;
    for (const auto& [name, value] : (*environment)->variables()) host.environment[name] = value;
    const auto before = reports_.size();
    CREMA_TRY(run_tests(tests, host));
    if (std::any_of(reports_.begin() + static_cast<std::ptrdiff_t>(before), reports_.end(),
                    [](const auto& report) { return report.failed(); }))
      keep_logs(**environment, part, started);
    return {};
  }

  // A file that is wrong ends it all; services that do not come up are a failure like others.
  Result<> report_services(const std::string& part, sys::WallTime started,
                           const Diagnostic& error) {
    const bool wrong_file = error.exit_code == ExitCode::usage && error.span.known();
    if (request_.stop.stop_requested() || wrong_file) return fail(error);
    testing::ProjectReport report{.folder = "", .framework = "services", .part = part};
    report.started = started;
    report.error = error.message;
    if (!error.hint.empty()) report.error += "\n" + error.hint;
    reports_.push_back(std::move(report));
    return {};
  }

  Result<> run_tests(const testing::TestRequest& tests, const sys::Host& host) {
    Silence silence;
    testing::TestListener* listener = request_.progress;
    if (listener == nullptr) listener = &silence;
    auto reports = CREMA_TRY(
        testing::run_tests(tests, {.host = host, .listener = *listener, .stop = request_.stop}));
    std::ranges::move(reports, std::back_inserter(reports_));
    return {};
  }

  // What services said, where tests failed on them: kept as a job beside theirs.
  void keep_logs(const testing::TestEnvironment& environment, const std::string& part,
                 sys::WallTime started) {
    testing::ProjectReport report{.framework = "services", .part = part, .started = started};
    for (const auto& [id, log] : environment.logs()) {
      if (log.empty()) continue;
      report.log += fmt::format("::group::{}\n{}::endgroup::\n", id, log);
      if (request_.progress != nullptr) request_.progress->on_log(id, log);
    }
    reports_.push_back(std::move(report));
  }

  const PartsRequest& request_;
  testing::TestSettings settings_;
  bool nothing_to_do_ = false;  // a change that affects no test
  std::vector<testing::ProjectReport> reports_;
};

}  // namespace

Result<std::vector<testing::ProjectReport>> run_parts(const PartsRequest& request) {
  return Parts(request).run();
}

std::string job_name(const testing::ProjectReport& report) {
  const auto part = report.part.empty() ? std::string("unit") : report.part;
  if (report.framework == "services") return fmt::format("services of {} tests", part);
  if (report.folder.empty()) return part + " tests";
  return part == "unit" ? report.folder : fmt::format("{} tests of {}", part, report.folder);
}

}  // namespace crema::cli
