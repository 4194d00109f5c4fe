// pytest's tests: of each Python project that is configured for it, told of as they run.
#include "framework.h"
#include "lcov_report.h"
#include "project_walk.h"
#include "reporter_run.h"
#include "retry.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace crema::testing {

std::string_view embedded(std::string_view name);  // made by crema_embed

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPlugin = "crema_pytest.py";

bool is_test_file(std::string_view name) {
  return name.ends_with(".py") && (name.starts_with("test_") || name.ends_with("_test.py"));
}

bool contains(const fs::path& file, std::string_view text) {
  const auto read = sys::read_file(file);
  return read && read->find(text) != std::string::npos;
}

bool is_configured(const fs::path& place, const ProjectFolder& folder) {
  const auto has = [&](std::string_view file, std::string_view section) {
    return folder.has(file) && contains(place / file, section);
  };
  return folder.has("pytest.ini") || folder.has(".pytest.ini") || folder.has("pytest.toml") ||
         has("pyproject.toml", "[tool.pytest") || has("setup.cfg", "[tool:pytest]") ||
         has("tox.ini", "[pytest]");
}

// requirements-dev.txt and the like
bool names_pytest(const fs::path& place, const ProjectFolder& folder) {
  constexpr std::array<std::string_view, 5> kManifests = {"pyproject.toml", "setup.py", "setup.cfg",
                                                          "tox.ini", "Pipfile"};
  return std::ranges::any_of(folder.files, [&](const std::string& file) {
    const bool manifest = std::ranges::find(kManifests, file) != kManifests.end() ||
                          (file.ends_with(".txt") && file.find("requirements") != file.npos);
    return manifest && contains(place / file, "pytest");
  });
}

bool has_tests(const TestRequest& request, const std::string& folder) {
  bool found = false;
  const auto marker = "mark." + request.part;
  walk_folders(request.root, folder, [&](const ProjectFolder& here) {
    if (found) return false;
    const bool of_part = request.part == "unit" || part_of_file(here.path + "/x") == request.part;
    for (const auto& file : here.files) {
      if (!is_test_file(file) && !(file == "conftest.py" && of_part)) continue;
      found = found || of_part || contains(request.root / here.path / file, marker);
    }
    return !found;
  });
  return found;
}

std::vector<std::string> find_projects(const TestRequest& request) {
  std::vector<std::string> configured, named;
  walk_folders(request.root, "", [&](const ProjectFolder& folder) {
    const auto place = request.root / folder.path;
    if (is_configured(place, folder)) {
      configured.push_back(folder.path);
      return false;
    }
    const bool known =
        std::ranges::any_of(named, [&](const auto& above) { return is_below(folder.path, above); });
    if (!known && names_pytest(place, folder)) named.push_back(folder.path);
    return true;
  });
  for (auto& folder : named) {
    const bool inside =
        std::ranges::any_of(configured, [&](const auto& other) { return is_below(other, folder); });
    if (!inside) configured.push_back(std::move(folder));
  }
  std::erase_if(configured, [&](const auto& folder) {
    return !is_asked_for(request, folder) || !can_be_affected(request, folder) ||
           !has_tests(request, folder);
  });
  std::ranges::sort(configured);
  return configured;
}

class PytestTask : public TestTask {
 public:
  PytestTask(const TestRequest& request, std::string folder)
      : request_(request), folder_(std::move(folder)) {}

  std::string folder() const override { return folder_; }

  Result<> run(const TaskServices& services, ProjectReport& report) override {
    python_ = CREMA_TRY(find_python(services));
    if (!has_module("pytest", services)) return fail(not_installed());
    const bool cover = request_.options.cover && can_cover(services, report);
    CREMA_TRY(sys::write_file(services.scratch / kPlugin, embedded(kPlugin)));
    auto arguments = common_arguments();
    for (const auto& path : request_.paths) {
      if (is_below(path, folder_) && path != folder_)
        arguments.push_back((request_.root / path).string());
    }
    if (cover) add_coverage(arguments, services);
    auto ran =
        CREMA_TRY(run_reported(command(std::move(arguments), services, true), project(), services));
    CREMA_TRY(run_failed_again(ran.suites, request_.options.retries,
                               [&](auto failed) { return run_again(services, failed); }));
    take_into(report, std::move(ran));
    if (cover) take_lcov(report, services.scratch / "lcov.info", request_.root, folder_);
    return {};
  }

 private:
  // Of the project's virtual environment, else of the one that is active, else the system's.
  Result<fs::path> find_python(const TaskServices& services) const {
    std::error_code error;
    for (auto here = request_.root / folder_;; here = here.parent_path()) {
      for (const auto* name : {".venv", "venv"}) {
        auto program = here / name / "bin/python";
        if (fs::exists(program, error)) return program;
      }
      if (here == request_.root || here == here.parent_path()) break;
    }
    if (const auto active = services.host.variable("VIRTUAL_ENV")) {
      auto program = fs::path(*active) / "bin/python";
      if (fs::exists(program, error)) return program;
    }
    if (auto program = services.host.find_program("python3")) return *program;
    return fail("testing/no-program", "there is no python3 to run pytest");
  }

  bool has_module(std::string_view name, const TaskServices& services) const {
    const auto asked =
        sys::capture({.argv = {python_.string(), "-c", fmt::format("import {}", name)},
                      .environment = services.host.environment,
                      .working_directory = services.scratch},
                     std::chrono::minutes(1));
    return asked && asked->exit.ok();
  }

  Diagnostic not_installed() const {
    return make_error("testing/no-pytest",
                      fmt::format("pytest is not installed for {0}\ninstall it: {0} -m pip install "
                                  "pytest, in a virtual environment called .venv",
                                  python_.string()));
  }

  bool can_cover(const TaskServices& services, ProjectReport& report) const {
    if (has_module("pytest_cov", services)) return true;
    report.remarks.emplace_back("coverage is left out: pytest-cov is not installed");
    return false;
  }

  static std::vector<std::string> common_arguments() {
    return {"-p",
            "crema_pytest",
            "-q",
            "--no-header",
            "--no-summary",
            "--color=no",
            "--continue-on-collection-errors"};
  }

  void add_coverage(std::vector<std::string>& words, const TaskServices& services) const {
    const auto place = request_.root / folder_;
    const bool chosen = std::ranges::any_of(
        std::array{"pytest.ini", ".pytest.ini", "pyproject.toml", "setup.cfg", "tox.ini"},
        [&](const auto* file) { return contains(place / file, "--cov"); });
    if (!chosen) words.emplace_back("--cov=.");
    words.push_back("--cov-report=lcov:" + (services.scratch / "lcov.info").string());
  }

  sys::Command command(std::vector<std::string> arguments, const TaskServices& services,
                       bool choose) const {
    arguments.insert(arguments.begin(), {python_.string(), "-m", "pytest"});
    auto environment = services.host.environment;
    const auto path = services.host.variable("PYTHONPATH").value_or("");
    environment["PYTHONPATH"] = services.scratch.string() + (path.empty() ? "" : ":" + path);
    environment["COVERAGE_FILE"] = (services.scratch / "coverage.db").string();
    environment["CREMA_TEST_ROOT"] = request_.root.string();
    environment["CREMA_TEST_TIMEOUT"] = std::to_string(request_.options.timeout.count());
    environment["CREMA_TEST_INTEGRATION"] = "integration integration_test integration_tests";
    environment["CREMA_TEST_E2E"] = "e2e e2e_test acceptance";
    if (choose) {
      // Paths that a user names are tested whatever they are called.
      const bool named = !request_.paths.empty() && request_.part == "unit";
      environment["CREMA_TEST_PART"] = named ? "" : request_.part;
      environment["CREMA_TEST_NAMES"] = request_.options.run;
      if (request_.shard)
        environment["CREMA_TEST_SHARD"] =
            fmt::format("{}/{}", request_.shard->index, request_.shard->count);
    }
    return {.argv = std::move(arguments),
            .environment = std::move(environment),
            .working_directory = request_.root / folder_};
  }

  ReportedProject project() const {
    constexpr int kNoTestsCollected = 5;
    return {.name = "pytest",
            .root = request_.root,
            .project = folder_,
            .timeout = request_.options.timeout,
            .nothing_to_run = kNoTestsCollected};
  }

  Result<std::vector<evidence::TestSuite>> run_again(
      const TaskServices& services, std::span<const evidence::TestSuite> failed) const {
    auto arguments = common_arguments();
    for (const auto& suite : failed) {
      for (const auto& test : suite.cases)
        arguments.push_back((request_.root / suite.name).string() +
                            "::" + (test.group.empty() ? "" : test.group + "::") + test.name);
    }
    auto quiet = services;
    quiet.listener.on_suite = {};
    auto ran =
        CREMA_TRY(run_reported(command(std::move(arguments), services, false), project(), quiet));
    return std::move(ran.suites);
  }

  const TestRequest& request_;
  std::string folder_;
  fs::path python_;
};

}  // namespace

const Framework kPytest{
    .name = "pytest",
    .program = "python3",
    .install = "Debian's package python3",
    .find = [](const TestRequest& request, const sys::Host&) -> Result<TestTasks> {
      TestTasks tasks;
      for (auto& folder : find_projects(request))
        tasks.push_back(std::make_unique<PytestTask>(request, std::move(folder)));
      return tasks;
    }};

}  // namespace crema::testing
