// Jest's tests: of each package that uses it, told of as they run.
#include "framework.h"
#include "javascript_run.h"
#include "retry.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <array>

namespace crema::testing {
namespace {

constexpr std::array<std::string_view, 1> kConfigs = {"jest.config."};

class JestTask : public TestTask {
 public:
  JestTask(const TestRequest& request, NodePackage package)
      : request_(request), package_(std::move(package)) {}

  std::string folder() const override { return package_.folder; }

  Result<> run(const TaskServices& services, ProjectReport& report) override {
    const auto run = CREMA_TRY(
        JavaScriptRun::prepare({.name = "Jest", .program = "jest", .reporter = "jest_reporter.cjs"},
                               request_, package_, services));
    auto arguments = common_arguments(run, services);
    if (request_.shard)
      arguments.push_back(
          fmt::format("--shard={}/{}", request_.shard->index, request_.shard->count));
    if (request_.options.cover) {
      arguments.insert(arguments.end(), {"--coverage", "--coverageReporters=lcovonly",
                                         "--coverageDirectory=" + run.coverage_folder().string()});
    }
    if (const auto* sources = changed_sources(); sources != nullptr || run.must_choose()) {
      const auto files = CREMA_TRY(list(run, sources));
      if (files.empty()) return {};
      arguments.emplace_back("--runTestsByPath");
      arguments.insert(arguments.end(), files.begin(), files.end());
    }
    if (!request_.options.run.empty())
      arguments.push_back("--testNamePattern=" + request_.options.run);
    auto ran = CREMA_TRY(run.run(std::move(arguments), request_.options.run));
    CREMA_TRY(run_failed_again(ran.suites, request_.options.retries,
                               [&](auto failed) { return run_again(run, services, failed); }));
    take_into(report, std::move(ran));
    if (request_.options.cover) run.read_coverage(report);
    return {};
  }

 private:
  std::vector<std::string> common_arguments(const JavaScriptRun& run,
                                            const TaskServices& services) const {
    auto words = kept_arguments(package_.call.arguments);
    words.insert(words.end(), {"--ci", "--reporters=" + run.reporter().string(),
                               "--testLocationInResults", "--passWithNoTests", "--verbose=false"});
    if (services.processes_each > 0)
      words.push_back(fmt::format("--maxWorkers={}", services.processes_each));
    return words;
  }

  // Of a change whose related tests Jest can find; else none.
  const std::vector<std::string>* changed_sources() const {
    const auto& changed = request_.changed;
    if (!changed || !is_source_change(request_.root, package_.folder, *changed)) return nullptr;
    return &*changed;
  }

  // One path a line; what else is said is no absolute path.
  Result<std::vector<std::string>> list(const JavaScriptRun& run,
                                        const std::vector<std::string>* sources) const {
    auto words = kept_arguments(package_.call.arguments);
    words.emplace_back("--listTests");
    if (sources != nullptr) {
      words.emplace_back("--findRelatedTests");
      for (const auto& file : *sources) words.push_back((request_.root / file).string());
    }
    const auto said = CREMA_TRY(run.ask(std::move(words)));
    std::vector<std::string> files;
    for (const auto line : split_lines(said)) {
      if (line.starts_with('/')) files.emplace_back(line);
    }
    return run.chosen(files);
  }

  Result<std::vector<evidence::TestSuite>> run_again(
      const JavaScriptRun& run, const TaskServices& services,
      std::span<const evidence::TestSuite> failed) const {
    auto words = common_arguments(run, services);
    std::vector<std::string> names;
    words.emplace_back("--runTestsByPath");
    for (const auto& suite : failed) {
      words.push_back((request_.root / suite.name).string());
      for (const auto& test : suite.cases)
        names.push_back(test.group.empty() ? test.name
                                           : replace_all(test.group, " › ", " ") + " " + test.name);
    }
    const auto pattern = pattern_of(names);
    words.push_back("--testNamePattern=" + pattern);
    auto again = CREMA_TRY(run.run_again(std::move(words), pattern));
    return std::move(again.suites);
  }

  const TestRequest& request_;
  NodePackage package_;
};

}  // namespace

const Framework kJest{
    .name = "Jest",
    .program = "node",
    .install = "Debian's packages nodejs and npm",
    .find = [](const TestRequest& request, const sys::Host&) -> Result<TestTasks> {
      TestTasks tasks;
      for (auto& package : find_node_packages(request, "jest", kConfigs)) {
        if (!can_be_affected(request, package.folder)) continue;
        if (request.part == "unit" || has_tests_of_part(request.root, package.folder, request.part))
          tasks.push_back(std::make_unique<JestTask>(request, std::move(package)));
      }
      return tasks;
    }};

}  // namespace crema::testing
