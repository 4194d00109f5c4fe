#include "crema/testing/test_run.h"

#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

namespace crema::testing {
namespace {

namespace fs = std::filesystem;

// One module and what of it is asked for.
struct Task {
  GoModule module;
  GoTestOptions options;
};

bool is_below(std::string_view folder, std::string_view above) {
  return above.empty() || folder == above ||
         (folder.starts_with(above) && folder[above.size()] == '/');
}

std::string inside(const std::string& path, const std::string& module) {
  return module.empty() ? path : path.substr(module.size() + 1);
}

// Paths that a user names are tested whatever they are called; else a part is what its folders say.
std::optional<Task> task_of(const TestRequest& request, const GoModule& module,
                            const std::vector<GoModule>& all) {
  Task task{module, request.go};
  for (const auto& path : request.paths) {
    if (is_below(module.folder, path)) {
      task.options.packages = {"./..."};
      return task;
    }
    if (!is_below(path, module.folder)) continue;
    const bool deeper = std::ranges::any_of(all, [&](const GoModule& other) {
      return other.folder.size() > module.folder.size() && is_below(path, other.folder);
    });
    if (!deeper) task.options.packages.push_back("./" + inside(path, module.folder) + "/...");
  }
  if (!request.paths.empty())
    return task.options.packages.empty() ? std::nullopt : std::optional(task);
  task.options.without = module.integration;
  task.options.without.insert(task.options.without.end(), module.e2e.begin(), module.e2e.end());
  if (std::ranges::find(task.options.without, ".") != task.options.without.end())
    return std::nullopt;
  return task;
}

class TestRun {
 public:
  TestRun(const TestRequest& request, const TestServices& services)
      : request_(request), services_(services) {}

  Result<std::vector<ProjectReport>> run() {
    const auto modules = find_go_modules(request_.root);
    std::vector<Task> tasks;
    for (const auto& module : modules) {
      if (auto task = task_of(request_, module, modules)) tasks.push_back(std::move(*task));
    }
    if (tasks.empty()) return nothing_to_test();
    if (!services_.host.find_program("go")) {
      auto error = make_error("testing/no-go", "there are Go modules here, and no go to test them");
      error.hint = "install Go: https://go.dev/doc/install, or Debian's package golang-go";
      return fail(std::move(error));
    }
    return run_all(tasks);
  }

 private:
  Result<std::vector<ProjectReport>> nothing_to_test() const {
    auto error = make_error("testing/no-tests", request_.paths.empty()
                                                    ? "there is no Go module with such tests here"
                                                    : "no Go module holds these paths");
    error.hint = "crema test looks for go.mod files below " + request_.root.string();
    return fail(std::move(error));
  }

  Result<std::vector<ProjectReport>> run_all(std::vector<Task>& tasks) {
    const auto cores = std::max(1U, std::thread::hardware_concurrency());
    const auto workers =
        std::min<std::size_t>(tasks.size(), request_.parallel > 0 ? request_.parallel : cores);
    if (workers > 1) {
      for (auto& task : tasks) {
        if (task.options.processes == 0)
          task.options.processes = std::max(1U, cores / static_cast<unsigned>(workers));
      }
    }
    std::vector<ProjectReport> reports(tasks.size());
    std::atomic<std::size_t> next = 0;
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < workers; ++i) {
        threads.emplace_back([&] {
          for (auto at = next++; at < tasks.size(); at = next++) {
            reports[at] = run_one(tasks[at]);
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
    report.folder = task.module.folder;
    report.started = services_.host.clock->wall();
    if (services_.stop.stop_requested()) return report;
    call([&] { services_.listener.on_project(task.module.folder); });
    auto result = run_in_a_tree(task);
    if (!result) {
      report.error = result.error().message;
      return report;
    }
    report.suites = std::move(result->suites);
    for (auto& suite : report.suites) suite.part = request_.part;
    report.coverage = std::move(result->coverage);
    if (report.coverage) report.coverage->part = request_.part;
    report.remarks = std::move(result->remarks);
    report.error = std::move(result->error);
    return report;
  }

  Result<GoTestResult> run_in_a_tree(const Task& task) {
    const auto processes = CREMA_TRY(sys::ProcessTree::create(services_.host));
    const auto scratch = CREMA_TRY(
        sys::TemporaryDirectory::create(services_.host.temporary_directory, "crema-test-"));
    return run_go_tests(request_.root, task.module, task.options,
                        {.host = services_.host,
                         .processes = *processes,
                         .scratch = scratch.path(),
                         .stop = services_.stop,
                         .listener = listener()});
  }

  evidence::GoTestListener listener() {
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
  std::mutex listening_;
};

}  // namespace

bool ProjectReport::failed() const {
  return !error.empty() || std::ranges::any_of(suites, [](const auto& suite) {
    return suite.outcome == evidence::TestOutcome::failed;
  });
}

Result<std::vector<ProjectReport>> run_tests(const TestRequest& request,
                                             const TestServices& services) {
  return TestRun(request, services).run();
}

}  // namespace crema::testing
