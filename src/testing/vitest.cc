// Vitest's tests: of each package that uses it, told of as they run.
#include "framework.h"
#include "javascript_run.h"

#include "crema/base/strings.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>

namespace crema::testing {
namespace {

constexpr std::array<std::string_view, 2> kConfigs = {"vitest.config.", "vitest.workspace."};

class VitestTask : public TestTask {
 public:
  VitestTask(const TestRequest& request, NodePackage package)
      : request_(request), package_(std::move(package)) {}

  std::string folder() const override { return package_.folder; }

  Result<> run(const TaskServices& services, ProjectReport& report) override {
    const auto run = CREMA_TRY(JavaScriptRun::prepare(
        {.name = "Vitest", .program = "vitest", .reporter = "vitest_reporter.mjs"}, request_,
        package_, services));
    std::vector<std::string> arguments;
    if (const auto* sources = changed_sources()) {
      arguments = {"related", "--run"};
      for (const auto& file : *sources) arguments.push_back((request_.root / file).string());
    } else {
      arguments = {"run"};
      if (run.must_choose()) {
        const auto files = CREMA_TRY(list(run));
        if (files.empty()) return {};
        arguments.insert(arguments.end(), files.begin(), files.end());
      }
    }
    add_options(arguments, run, services);
    const bool covered = request_.options.cover && add_coverage(arguments, run, report);
    take_into(report, CREMA_TRY(run.run(std::move(arguments), request_.options.run)));
    if (covered) run.read_coverage(report);
    return {};
  }

 private:
  void add_options(std::vector<std::string>& words, const JavaScriptRun& run,
                   const TaskServices& services) const {
    for (auto& word : kept_arguments(package_.call.arguments)) words.push_back(std::move(word));
    words.insert(words.end(), {"--reporter=" + run.reporter().string(), "--includeTaskLocation",
                               "--passWithNoTests"});
    if (services.processes_each > 0)
      words.push_back(fmt::format("--maxWorkers={}", services.processes_each));
    if (request_.options.retries > 0)
      words.push_back(fmt::format("--retry={}", request_.options.retries));
    if (request_.shard)
      words.push_back(fmt::format("--shard={}/{}", request_.shard->index, request_.shard->count));
    if (!request_.options.run.empty()) words.push_back("--testNamePattern=" + request_.options.run);
  }

  // Whether it can be measured.
  bool add_coverage(std::vector<std::string>& words, const JavaScriptRun& run,
                    ProjectReport& report) const {
    for (const auto* provider : {"v8", "istanbul"}) {
      const auto package = std::string("@vitest/coverage-") + provider;
      if (node_package_version(run.place(), request_.root, package).empty()) continue;
      words.insert(words.end(),
                   {"--coverage.enabled=true", "--coverage.provider=" + std::string(provider),
                    "--coverage.reporter=lcovonly", "--coverage.reportOnFailure=true",
                    "--coverage.reportsDirectory=" + run.coverage_folder().string()});
      return true;
    }
    report.remarks.emplace_back(
        "coverage is left out: it needs @vitest/coverage-v8 or @vitest/coverage-istanbul");
    return false;
  }

  // Of a change whose related tests Vitest can find; else none. Related tests are not listed but
  // run, so other parts must not be among them.
  const std::vector<std::string>* changed_sources() const {
    const auto& changed = request_.changed;
    const bool related = changed && request_.part == "unit" && request_.paths.empty() &&
                         is_source_change(request_.root, package_.folder, *changed) &&
                         !has_tests_of_part(request_.root, package_.folder, "integration") &&
                         !has_tests_of_part(request_.root, package_.folder, "e2e");
    return related ? &*changed : nullptr;
  }

  Result<std::vector<std::string>> list(const JavaScriptRun& run) const {
    auto words = kept_arguments(package_.call.arguments);
    words.insert(words.begin(), "list");
    words.insert(words.end(), {"--filesOnly", "--json"});
    const auto said = CREMA_TRY(run.ask(std::move(words)));
    const auto begin = said.find('[');
    const auto json = nlohmann::json::parse(
        begin == std::string::npos ? std::string() : said.substr(begin), nullptr, false);
    if (!json.is_array()) {
      auto error = make_error("testing/list", "this Vitest cannot list its test files");
      error.hint = "parts, paths and --changed need Vitest 2.1 or newer";
      return fail(std::move(error));
    }
    std::vector<std::string> files;
    for (const auto& one : json) {
      const auto file = one.is_object() ? one.find("file") : one.end();
      if (file != one.end() && file->is_string()) files.push_back(file->get<std::string>());
    }
    return run.chosen(files);
  }

  const TestRequest& request_;
  NodePackage package_;
};

}  // namespace

const Framework kVitest{
    .name = "Vitest",
    .program = "node",
    .install = "Debian's packages nodejs and npm",
    .find = [](const TestRequest& request, const sys::Host&) -> Result<TestTasks> {
      TestTasks tasks;
      for (auto& package : find_node_packages(request, "vitest", kConfigs)) {
        if (!can_be_affected(request, package.folder)) continue;
        if (request.part == "unit" || has_tests_of_part(request.root, package.folder, request.part))
          tasks.push_back(std::make_unique<VitestTask>(request, std::move(package)));
      }
      return tasks;
    }};

}  // namespace crema::testing
