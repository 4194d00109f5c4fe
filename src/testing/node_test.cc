// The tests of Node.js's own runner, `node --test`: of each package whose script starts it.
#include "framework.h"
#include "lcov_report.h"
#include "node_packages.h"
#include "node_test_call.h"
#include "project_walk.h"
#include "reporter_run.h"
#include "retry.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

namespace crema::testing {

std::string_view embedded(std::string_view name);  // made by crema_embed

namespace {

namespace fs = std::filesystem;
using evidence::TestSuite;

constexpr std::string_view kReporter = "node_test_reporter.mjs";

struct NodeVersion {
  int major = 0, minor = 0;
  auto operator<=>(const NodeVersion&) const = default;
};

// "v20.20.2"
NodeVersion parse_version(std::string_view text) {
  NodeVersion version;
  const auto* end = text.data() + text.size();
  const auto* at = text.data() + (text.starts_with('v') ? 1 : 0);
  at = std::from_chars(at, end, version.major).ptr;
  if (at != end) std::from_chars(at + 1, end, version.minor);
  return version;
}

// Which versions know what, by the history in Node.js's documentation of its command line.
constexpr NodeVersion kReporters{18, 15};
bool can_limit(NodeVersion version) { return version >= NodeVersion{20, 10}; }
bool can_cover(NodeVersion version) { return version >= NodeVersion{20, 11}; }  // as LCOV
bool reads_typescript(NodeVersion version) {
  return version >= NodeVersion{23, 6} || (version.major == 22 && version.minor >= 18);
}

class NodeTestTask : public TestTask {
 public:
  NodeTestTask(const TestRequest& request, std::string folder, NodeTestCall call)
      : request_(request), folder_(std::move(folder)), call_(std::move(call)) {}

  std::string folder() const override { return folder_; }

  Result<> run(const TaskServices& services, ProjectReport& report) override {
    CREMA_TRY(prepare(services));
    const auto files = chosen();
    if (files.empty()) return {};
    const bool cover = request_.options.cover && can_cover(version_);
    if (request_.options.cover && !cover)
      report.remarks.emplace_back("coverage is left out: it needs Node.js 20.11 or newer");
    auto ran = CREMA_TRY(
        run_reported(command(files, request_.options.run, services, cover), project(), services));
    CREMA_TRY(run_failed_again(ran.suites, request_.options.retries,
                               [&](auto failed) { return run_again(services, failed); }));
    take_into(report, std::move(ran));
    if (cover) take_lcov(report, services.scratch / "lcov.info", request_.root, folder_);
    return {};
  }

 private:
  Result<> prepare(const TaskServices& services) {
    environment_ = services.host.environment;
    environment_["FORCE_COLOR"] = "0";
    environment_["NO_COLOR"] = "1";
    environment_["CI"] = "true";
    for (const auto& [name, value] : call_.environment) environment_[name] = value;
    const auto said = CREMA_TRY(sys::capture(
        {.argv = {"node", "--version"}, .environment = environment_, .working_directory = place()},
        std::chrono::seconds(30)));
    version_ = parse_version(trim(said.output));
    if (version_ < kReporters) {
      auto error = make_error(
          "testing/node-version",
          fmt::format("Node.js {} cannot tell of its tests while they run", trim(said.output)));
      error.hint = "node --test needs Node.js 18.15 or newer here";
      return fail(std::move(error));
    }
    if (has_node_dependencies(place()))
      CREMA_TRY(install_node_packages(place(), request_.root, environment_, services));
    return sys::write_file(services.scratch / kReporter, embedded(kReporter));
  }

  fs::path place() const { return request_.root / folder_; }

  ReportedProject project() const {
    return {.name = "node:test",
            .root = request_.root,
            .project = folder_,
            .timeout = request_.options.timeout};
  }

  // Of the part, below the paths that were asked for, of this shard.
  std::vector<std::string> chosen() const {
    auto files = node_test_files(request_.root, folder_, call_, reads_typescript(version_));
    std::erase_if(files, [&](const auto& file) { return !is_chosen(request_, file); });
    if (!request_.shard) return files;
    const auto shards = divide(files, request_.times, request_.shard->count, false);
    std::vector<std::string> own;
    for (const auto& part : shards[request_.shard->index - 1]) own.push_back(part.suite);
    return own;
  }

  sys::Command command(const std::vector<std::string>& files, const std::string& pattern,
                       const TaskServices& services, bool cover) const {
    std::vector<std::string> words = {"node", "--test"};
    words.insert(words.end(), call_.options.begin(), call_.options.end());
    const auto add_reporter = [&](const std::string& reporter, const std::string& destination) {
      words.push_back("--test-reporter=" + reporter);
      words.push_back("--test-reporter-destination=" + destination);
    };
    add_reporter("file://" + (services.scratch / kReporter).string(), "stdout");
    if (cover) {
      words.emplace_back("--experimental-test-coverage");
      add_reporter("lcov", (services.scratch / "lcov.info").string());
    }
    if (services.processes_each > 0 && can_limit(version_))
      words.push_back(fmt::format("--test-concurrency={}", services.processes_each));
    auto environment = environment_;
    if (!pattern.empty()) {
      words.push_back("--test-name-pattern=" + pattern);
      environment["CREMA_TEST_NAMES"] = pattern;
    }
    for (const auto& file : files) words.push_back((request_.root / file).string());
    return {.argv = std::move(words),
            .environment = std::move(environment),
            .working_directory = place()};
  }

  // Node.js 20 looks for the pattern in a test's name, later ones in those of its groups before it.
  Result<std::vector<TestSuite>> run_again(const TaskServices& services,
                                           std::span<const TestSuite> failed) const {
    std::vector<std::string> files;
    std::set<std::string> names;
    for (const auto& suite : failed) {
      files.push_back(suite.name);
      for (const auto& test : suite.cases) names.insert(as_pattern(test.name));
    }
    const auto pattern =
        "(^| )(" + join(std::vector<std::string>(names.begin(), names.end()), "|") + ")$";
    auto quiet = services;
    quiet.listener.on_suite = {};
    auto ran = CREMA_TRY(run_reported(command(files, pattern, services, false), project(), quiet));
    return std::move(ran.suites);
  }

  const TestRequest& request_;
  std::string folder_;
  NodeTestCall call_;
  sys::Environment environment_;
  NodeVersion version_;
};

// Whether there is a file to run: without asking node, which may be missing.
bool has_files(const TestRequest& request, const std::string& folder, const NodeTestCall& call) {
  return std::ranges::any_of(node_test_files(request.root, folder, call, true),
                             [&](const auto& file) { return is_chosen(request, file); });
}

}  // namespace

const Framework kNodeTest{
    .name = "node:test",
    .program = "node",
    .install = "Debian's package nodejs",
    .find = [](const TestRequest& request, const sys::Host&) -> Result<TestTasks> {
      TestTasks tasks;
      walk_folders(request.root, "", [&](const ProjectFolder& folder) {
        if (!folder.has("package.json")) return true;
        auto call = node_test_call_of(node_test_scripts(request.root / folder.path));
        if (!call) return true;
        if (is_asked_for(request, folder.path) && can_be_affected(request, folder.path) &&
            has_files(request, folder.path, *call))
          tasks.push_back(std::make_unique<NodeTestTask>(request, folder.path, std::move(*call)));
        return false;
      });
      return tasks;
    }};

}  // namespace crema::testing
