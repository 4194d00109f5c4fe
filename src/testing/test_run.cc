#include "crema/testing/test_run.h"

#include "framework.h"
#include "node_project.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

namespace crema::testing {
namespace {

// "Go, Jest and Playwright"
std::string names_of_frameworks() {
  std::string names;
  const auto all = frameworks();
  for (std::size_t i = 0; i < all.size(); ++i) {
    names += i == 0 ? "" : i + 1 == all.size() ? " and " : ", ";
    names += all[i].name;
  }
  return names;
}

Diagnostic nothing_to_test(const TestRequest& request) {
  const auto* where = request.changed         ? "that the change can affect"
                      : request.paths.empty() ? "here"
                                              : "in these folders";
  auto error = make_error(request.changed ? "testing/nothing-affected" : "testing/no-tests",
                          fmt::format("there are no {} tests {}", request.part, where));
  if (request.changed) return error;
  error.hint =
      fmt::format("crema test runs {} below {}", names_of_frameworks(), request.root.string());
  const auto unsupported = unsupported_node_tests(request.root);
  if (!unsupported.empty()) error.hint += "; not supported: " + join(unsupported, ", ");
  return error;
}

class TestRun {
 public:
  TestRun(const TestRequest& request, const TestServices& services)
      : request_(request), services_(services) {}

  Result<std::vector<ProjectReport>> run() {
    for (const auto& framework : frameworks()) {
      auto found = CREMA_TRY(framework.find(request_, services_.host));
      for (auto& task : found) tasks_.push_back({&framework, std::move(task)});
    }
    leave_out_what_is_around();
    if (tasks_.empty()) return fail(nothing_to_test(request_));
    if (std::ranges::none_of(tasks_, [&](const Task& task) { return can_run(*task.framework); }))
      return fail(without_program(*tasks_.front().framework));
    return run_all();
  }

 private:
  struct Task {
    const Framework* framework;
    std::unique_ptr<TestTask> tests;
  };

  // A path asks for the projects in it; for one around it only where there is none. Go's tasks are
  // of the path's packages already.
  void leave_out_what_is_around() {
    std::vector<std::string> around;
    for (const auto& path : request_.paths) {
      const bool has_own = std::ranges::any_of(
          tasks_, [&](const Task& task) { return is_below(task.tests->folder(), path); });
      if (has_own) around.push_back(path);
    }
    std::erase_if(tasks_, [&](const Task& task) {
      const auto folder = task.tests->folder();
      return !task.framework->narrows && !around.empty() &&
             std::ranges::all_of(request_.paths, [&](const auto& path) {
               return !is_below(folder, path) &&
                      (std::ranges::find(around, path) != around.end() || !is_below(path, folder));
             });
    });
  }

  bool can_run(const Framework& framework) const {
    return services_.host.find_program(framework.program).has_value();
  }

  static Diagnostic without_program(const Framework& framework) {
    auto error = make_error("testing/no-program",
                            fmt::format("there are {} tests here, and no {} to run them",
                                        framework.name, framework.program));
    error.hint = "install it: " + std::string(framework.install);
    return error;
  }

  Result<std::vector<ProjectReport>> run_all() {
    const auto cores = std::max(1U, std::thread::hardware_concurrency());
    const auto workers =
        std::min<std::size_t>(tasks_.size(), request_.parallel > 0 ? request_.parallel : cores);
    if (workers > 1) each_ = std::max(1U, cores / static_cast<unsigned>(workers));
    std::vector<ProjectReport> reports(tasks_.size());
    std::atomic<std::size_t> next = 0;
    {
      std::vector<std::jthread> threads;
      threads.reserve(workers);
      for (std::size_t i = 0; i < workers; ++i) {
        threads.emplace_back([&] {
          for (auto at = next++; at < tasks_.size(); at = next++) {
            reports[at] = run_one(tasks_[at]);
            if (!services_.stop.stop_requested())
              call([&] { services_.listener.on_project_end(reports[at]); });
          }
        });
      }
    }
    if (services_.stop.stop_requested()) {
      auto error = make_error("testing/stopped", "the tests were stopped");
      error.exit_code = ExitCode::interrupted;
      return fail(std::move(error));
    }
    return reports;
  }

  ProjectReport run_one(const Task& task) {
    ProjectReport report;
    report.folder = task.tests->folder();
    report.framework = task.framework->name;
    report.part = request_.part;
    report.started = services_.host.clock->wall();
    if (services_.stop.stop_requested()) return report;
    call([&] { services_.listener.on_project(report.folder); });
    if (!can_run(*task.framework)) {
      const auto error = without_program(*task.framework);
      report.error = error.message + "\n" + error.hint;
    } else if (const auto ran = run_in_a_tree(task, report); !ran) {
      report.error = ran.error().message;
    }
    for (auto& suite : report.suites) {
      suite.part = request_.part;
      if (request_.shard)
        suite.shard = fmt::format("{}/{}", request_.shard->index, request_.shard->count);
    }
    if (report.coverage) report.coverage->part = request_.part;
    return report;
  }

  Result<> run_in_a_tree(const Task& task, ProjectReport& report) {
    const auto processes = CREMA_TRY(sys::ProcessTree::create(services_.host));
    report.scratch = CREMA_TRY(
        sys::TemporaryDirectory::create(services_.host.temporary_directory, "crema-test-"));
    return task.tests->run({.host = services_.host,
                            .processes = *processes,
                            .scratch = report.scratch->path(),
                            .stop = services_.stop,
                            .listener = listener(),
                            .processes_each = each_},
                           report);
  }

  evidence::SuiteListener listener() {
    return {.on_run =
                [this](std::string_view suite, std::string_view name) {
                  call([&] { services_.listener.on_run(suite, name); });
                },
            .on_case =
                [this](const evidence::TestSuite& suite, const evidence::TestCase& test) {
                  call([&] { services_.listener.on_case(suite, test); });
                },
            .on_suite =
                [this](evidence::TestSuite&& suite) {
                  call([&] { services_.listener.on_suite(suite); });
                }};
  }

  void call(const auto& what) {
    const std::lock_guard lock(listening_);
    what();
  }

  const TestRequest& request_;
  const TestServices& services_;
  std::vector<Task> tasks_;
  unsigned each_ = 0;
  std::mutex listening_;
};

}  // namespace

bool ProjectReport::failed() const {
  return !error.empty() || std::ranges::any_of(suites, [](const auto& suite) {
    return suite.outcome == evidence::TestOutcome::failed;
  });
}

Result<> need_tests(const TestRequest& request, const sys::Host& host) {
  for (const auto& framework : frameworks()) {
    if (!CREMA_TRY(framework.find(request, host)).empty()) return {};
  }
  return fail(nothing_to_test(request));
}

Result<std::vector<ProjectReport>> run_tests(const TestRequest& request,
                                             const TestServices& services) {
  return TestRun(request, services).run();
}

}  // namespace crema::testing
