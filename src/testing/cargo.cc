// Cargo's tests: of each workspace, its targets one after another as cargo runs them.
#include "cargo_workspace.h"
#include "framework.h"
#include "libtest_reader.h"
#include "project_walk.h"
#include "retry.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <thread>

namespace crema::testing {
namespace {

using evidence::FailureKind;
using evidence::TestOutcome;
using evidence::TestSuite;

// A file of tests/ belongs to a part by its name or its folder; all others are unit tests.
std::string_view part_of_target(std::string_view source) {
  const auto name = source.substr(source.rfind('/') + 1);
  if (source.find("tests/") != std::string_view::npos) {
    if (name.find("e2e") != std::string_view::npos) return "e2e";
    if (name.find("integration") != std::string_view::npos) return "integration";
  }
  return part_of_file(source);
}

class CargoRun {
 public:
  CargoRun(const TestRequest& request, const std::string& folder, const TaskServices& services)
      : request_(request),
        folder_(folder),
        services_(services),
        workspace_(request.root, folder, services) {}

  Result<> run(ProjectReport& report) {
    const auto error = CREMA_TRY(workspace_.build());
    if (!error.empty()) {
      report.error = error;
      return {};
    }
    for (auto suite : workspace_.broken()) add(std::move(suite));
    deadline_ = services_.host.clock->monotonic() + request_.options.timeout;
    CREMA_TRY(run_targets());
    CREMA_TRY(run_failed_again(suites_, request_.options.retries,
                               [&](auto failed) { return run_again(failed); }));
    for (auto& suite : suites_) place(suite);
    report.suites = std::move(suites_);
    report.remarks = std::move(remarks_);
    report.error = std::move(error_);
    if (request_.options.cover)
      report.remarks.emplace_back("coverage is left out: cargo measures none");
    return {};
  }

 private:
  std::vector<CargoTarget> chosen() const {
    auto some = workspace_.targets();
    const bool named = !request_.paths.empty() && request_.part == "unit";
    std::erase_if(some, [&](const auto& target) {
      const bool asked =
          request_.paths.empty() || std::ranges::any_of(request_.paths, [&](const auto& path) {
            return is_below(target.source, path);
          });
      return !asked || (!named && part_of_target(target.source) != request_.part);
    });
    if (!request_.shard) return some;
    std::vector<std::string> names;
    names.reserve(some.size());
    for (const auto& target : some) names.push_back(target.suite());
    std::set<std::string> own;
    const auto shards = divide(names, request_.times, request_.shard->count, false);
    for (const auto& part : shards[request_.shard->index - 1]) own.insert(part.suite);
    std::erase_if(some, [&](const auto& target) { return !own.contains(target.suite()); });
    return some;
  }

  // In one go where all of them run; else each by itself.
  Result<> run_targets() {
    const auto some = chosen();
    if (workspace_.broken().empty() && some.size() == workspace_.targets().size())
      return run_once({"--workspace"});
    for (const auto& target : some) {
      if (services_.host.clock->monotonic() >= deadline_) break;
      CREMA_TRY(run_once(target.arguments()));
    }
    return {};
  }

  struct Ran {
    std::vector<TestSuite> suites;
    std::string said;
    sys::Exit exit;
  };
  Result<Ran> run_cargo(std::vector<std::string> arguments, evidence::SuiteListener listener) {
    LibtestReader reader(
        [&](std::string_view executable) { return workspace_.suite_of(executable); },
        std::move(listener));
    const auto exit = CREMA_TRY(
        services_.processes.run(workspace_.command(std::move(arguments)),
                                {.stop = services_.stop, .deadline = deadline_, .patience = {}},
                                [&](std::string_view bytes) { reader.feed(bytes); }));
    if (exit.why == sys::Exit::Why::stopped)
      return fail("testing/stopped", "the tests were stopped");
    const bool late = exit.why == sys::Exit::Why::timed_out;
    auto suites = reader.finish(late ? FailureKind::timeout : FailureKind::crash,
                                late ? fmt::format("it did not end within {} s", timeout())
                                     : "the process ended before its tests did");
    return Ran{std::move(suites), reader.other_output(), exit};
  }

  Result<> run_once(std::vector<std::string> arguments) {
    if (!request_.options.run.empty()) arguments.push_back(request_.options.run);
    auto listener = services_.listener;
    listener.on_suite = {};
    auto ran = CREMA_TRY(run_cargo(std::move(arguments), std::move(listener)));
    bool failed = false;
    for (auto& suite : ran.suites) {
      if (suite.kind != FailureKind::none) CREMA_TRY(name_unfinished(suite));
      failed = failed || suite.outcome == TestOutcome::failed;
      add(std::move(suite));
    }
    if (ran.exit.why == sys::Exit::Why::timed_out) {
      remarks_.push_back(fmt::format(
          "cargo was stopped after {} s: tests that are not named did not run", timeout()));
      if (!failed) error_ = fmt::format("cargo did not end within {} s\n{}", timeout(), ran.said);
    } else if (!ran.exit.ok() && !failed) {
      error_ = fmt::format("cargo test ended with {}:\n{}", ran.exit.code, ran.said);
    }
    return {};
  }

  void add(TestSuite suite) {
    suite.project = folder_;
    if (services_.listener.on_suite) services_.listener.on_suite(TestSuite(suite));
    suites_.push_back(std::move(suite));
  }

  // The harness names tests when they have ended. Of those that had not, the first ones ran: as
  // many as it has threads. Where the process died, they run one by one, until all have ended.
  Result<> name_unfinished(TestSuite& suite) {
    const auto* target = workspace_.target_of(suite.name);
    if (target == nullptr || suite.kind == FailureKind::build) return {};
    auto names = CREMA_TRY(list(*target));
    const auto leave = [&] {
      std::set<std::string> ended;
      for (const auto& test : suite.cases) ended.insert(test.name);
      std::erase_if(names, [&](const auto& name) { return ended.contains(name); });
    };
    leave();
    if (suite.kind == FailureKind::timeout) {
      if (names.size() > threads()) names.resize(threads());
      // One that runs alone has been named when it began.
      const bool alone = has_case(suite, FailureKind::timeout);
      for (auto& name : names) {
        if (!alone) add_unfinished(suite, std::move(name));
      }
      if (alone || !names.empty()) settle(suite);
      return {};
    }
    constexpr int kMostRounds = 10;
    bool found = has_case(suite, FailureKind::crash);
    for (int round = 0; round < kMostRounds && !names.empty(); ++round) {
      auto arguments = target->arguments();
      arguments.insert(arguments.end(), {"--", "--test-threads=1", "--exact"});
      arguments.insert(arguments.end(), names.begin(), names.end());
      auto ran = CREMA_TRY(run_cargo(std::move(arguments), {}));
      if (ran.suites.empty() || ran.suites[0].cases.empty()) break;
      auto& again = ran.suites[0];
      for (auto& test : again.cases) {
        if (test.kind == FailureKind::crash) {
          test.message = while_it_ran(again.message);
          found = true;
        }
        suite.cases.push_back(std::move(test));
      }
      leave();
    }
    if (found && names.empty()) settle(suite);
    return {};
  }

  static bool has_case(TestSuite& suite, FailureKind kind) {
    bool found = false;
    for (auto& test : suite.cases) {
      if (test.kind != kind) continue;
      found = true;
      test.message = while_it_ran(suite.message);
    }
    return found;
  }

  static std::string while_it_ran(const std::string& message) {
    return replace_all(message, "before its tests did", "while this test ran");
  }

  static void add_unfinished(TestSuite& suite, std::string name) {
    suite.cases.push_back({.name = std::move(name),
                           .outcome = TestOutcome::failed,
                           .kind = suite.kind,
                           .message = suite.message});
  }

  // Its cases say now why it failed.
  static void settle(TestSuite& suite) {
    suite.kind = FailureKind::none;
    suite.message.clear();
    suite.output.clear();
  }

  std::size_t threads() const {
    const auto given = services_.host.variable("RUST_TEST_THREADS").value_or("");
    const auto each = services_.processes_each;
    if (!given.empty() && given.size() < 5 &&
        given.find_first_not_of("0123456789") == std::string::npos)
      return std::stoul(given);
    return each > 0 ? each : std::max(1U, std::thread::hardware_concurrency());
  }

  // Names as the harness has them: "shop::adds: test".
  Result<std::vector<std::string>> list(const CargoTarget& target) const {
    auto arguments = target.arguments();
    if (!request_.options.run.empty()) arguments.push_back(request_.options.run);
    arguments.insert(arguments.end(), {"--", "--list"});
    const auto listed =
        CREMA_TRY(sys::capture(workspace_.command(std::move(arguments)), std::chrono::minutes(2)));
    std::vector<std::string> names;
    for (const auto line : split_lines(listed.output)) {
      constexpr std::string_view kTest = ": test";
      if (line.ends_with(kTest)) names.emplace_back(line.substr(0, line.size() - kTest.size()));
    }
    return names;
  }

  Result<std::vector<TestSuite>> run_again(std::span<const TestSuite> failed) {
    std::vector<TestSuite> again;
    deadline_ = services_.host.clock->monotonic() + request_.options.timeout;
    for (const auto& suite : failed) {
      const auto* target = workspace_.target_of(suite.name);
      if (target == nullptr) continue;
      auto arguments = target->arguments();
      arguments.insert(arguments.end(), {"--", "--exact"});
      for (const auto& test : suite.cases) arguments.push_back(test.name);
      auto listener = services_.listener;
      listener.on_suite = {};
      auto ran = CREMA_TRY(run_cargo(std::move(arguments), std::move(listener)));
      for (auto& one : ran.suites) {
        if (one.kind != FailureKind::none) {
          for (const auto& test : suite.cases) add_unfinished(one, test.name);
        }
        again.push_back(std::move(one));
      }
    }
    return again;
  }

  // Panics name files as they were compiled: relative to the workspace.
  void place(TestSuite& suite) const {
    for (auto& test : suite.cases) {
      if (test.file.empty()) continue;
      const auto path = (request_.root / folder_ / test.file).lexically_normal();
      const auto inside = path.lexically_relative(request_.root).string();
      std::error_code error;
      if (!inside.starts_with("..") && std::filesystem::exists(path, error)) {
        test.file = inside;
      } else {
        test.file.clear();
        test.line = 0;
      }
    }
  }

  std::chrono::seconds::rep timeout() const { return request_.options.timeout.count(); }

  const TestRequest& request_;
  const std::string& folder_;
  const TaskServices& services_;
  CargoWorkspace workspace_;
  sys::MonotonicTime deadline_;
  std::vector<TestSuite> suites_;
  std::vector<std::string> remarks_;
  std::string error_;
};

class CargoTask : public TestTask {
 public:
  CargoTask(const TestRequest& request, std::string folder)
      : request_(request), folder_(std::move(folder)) {}

  std::string folder() const override { return folder_; }
  Result<> run(const TaskServices& services, ProjectReport& report) override {
    return CargoRun(request_, folder_, services).run(report);
  }

 private:
  const TestRequest& request_;
  std::string folder_;
};

// Whether there is a target of a part: without asking cargo, which may have to fetch first.
bool has_targets(const TestRequest& request, const std::string& folder) {
  if (request.part == "unit") return true;
  bool found = false;
  walk_folders(request.root, folder, [&](const ProjectFolder& here) {
    for (const auto& file : here.files) {
      const auto path = here.path.empty() ? file : here.path + "/" + file;
      found = found || (file.ends_with(".rs") && part_of_target(path) == request.part);
    }
    return !found;
  });
  return found;
}

}  // namespace

const Framework kCargo{
    .name = "Cargo",
    .program = "cargo",
    .install = "https://rustup.rs, or Debian's package cargo",
    .find = [](const TestRequest& request, const sys::Host&) -> Result<TestTasks> {
      TestTasks tasks;
      walk_folders(request.root, "", [&](const ProjectFolder& folder) {
        if (!folder.has("Cargo.toml")) return true;
        if (is_asked_for(request, folder.path) && can_be_affected(request, folder.path) &&
            has_targets(request, folder.path))
          tasks.push_back(std::make_unique<CargoTask>(request, folder.path));
        return false;
      });
      return tasks;
    }};

}  // namespace crema::testing
