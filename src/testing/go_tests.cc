#include "crema/testing/go_tests.h"

#include "retry.h"

#include "crema/base/strings.h"
#include "crema/evidence/go_profile.h"
#include "crema/evidence/go_test.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace crema::testing {
namespace {

namespace fs = std::filesystem;
using evidence::TestOutcome;
using evidence::TestSuite;

class GoTests {
 public:
  GoTests(const fs::path& root, const GoModule& module, const GoTestPlan& plan,
          const GoTestServices& services)
      : root_(root), module_(module), plan_(plan), options_(plan.options), services_(services) {}

  Result<GoTestResult> run() {
    choose_race();
    auto packages = CREMA_TRY(choose_packages());
    if (packages.empty()) return std::move(result_);
    CREMA_TRY(run_all(std::move(packages)));
    for (unsigned round = 0; round < options_.retries && !services_.stop.stop_requested();
         ++round) {
      if (!CREMA_TRY(run_failed_again())) break;
    }
    for (auto& suite : result_.suites) place(suite);
    std::ranges::sort(result_.suites, {}, &TestSuite::name);
    return std::move(result_);
  }

 private:
  void choose_race() {
    race_ = options_.race;
    if (!race_) return;
    const auto cgo = services_.host.variable("CGO_ENABLED").value_or("");
    const auto compiler = services_.host.variable("CC").value_or("gcc");
    if (cgo == "0") {
      result_.remarks.emplace_back("-race is left out: CGO_ENABLED=0 is set, and it needs cgo");
      race_ = false;
    } else if (!services_.host.find_program(compiler.substr(0, compiler.find(' ')))) {
      result_.remarks.push_back(
          fmt::format("-race is left out: it needs a C compiler, and there is no {}", compiler));
      race_ = false;
    }
  }

  // What is left out must be named by what stays: go has no way to exclude a package.
  Result<std::vector<std::string>> choose_packages() {
    const auto& wanted = plan_.packages;
    if (plan_.without.empty()) return wanted.empty() ? std::vector<std::string>{"./..."} : wanted;
    if (std::ranges::find(plan_.without, ".") != plan_.without.end())
      return std::vector<std::string>();
    std::vector<std::string> arguments = {"go", "list", "-e"};
    if (!options_.tags.empty()) arguments.push_back("-tags=" + options_.tags);
    if (wanted.empty()) arguments.emplace_back("./...");
    arguments.insert(arguments.end(), wanted.begin(), wanted.end());
    const auto listed =
        CREMA_TRY(sys::capture(command(std::move(arguments)), std::chrono::minutes(5)));
    std::vector<std::string> packages;
    for (const auto line : split_lines(listed.output)) {
      const bool left_out = std::ranges::any_of(plan_.without, [&](const auto& folder) {
        const auto path = module_.path + "/" + folder;
        return line == path || line.starts_with(path + "/");
      });
      if (!left_out && !line.empty()) packages.emplace_back(line);
    }
    return packages;
  }

  // Coverage of other packages than the tested ones needs all of them to compile: where one does
  // not, its tests and those that need it fail, and the others run again without it.
  Result<> run_all(std::vector<std::string> packages) {
    if (!options_.cover || options_.coverpkg.empty()) {
      const auto profile = options_.cover ? profile_of(1) : fs::path();
      result_.suites = CREMA_TRY(run_once(packages, options_.run, profile));
      return options_.cover ? read_profile(profile) : Result<>{};
    }
    covered_ = {options_.coverpkg};
    constexpr int kMostRounds = 4;
    for (int round = 1;; ++round) {
      held_.clear();
      hold_ = round < kMostRounds;
      auto suites = CREMA_TRY(run_once(packages, options_.run, profile_of(round)));
      CREMA_TRY(read_profile(profile_of(round)));
      std::vector<std::string> again;
      if (hold_ && CREMA_TRY(leave_out_broken())) {
        for (const auto& suite : held_) {
          if (!broken_.contains(suite.name)) again.push_back(suite.name);
        }
      }
      for (auto& suite : held_) {
        if (std::ranges::find(again, suite.name) != again.end()) continue;
        tell(suite);
        suites.push_back(std::move(suite));
      }
      std::ranges::move(suites, std::back_inserter(result_.suites));
      if (again.empty()) break;
      packages = std::move(again);
    }
    hold_ = false;
    return {};
  }

  fs::path profile_of(int round) const {
    return services_.scratch / fmt::format("coverage-{}.out", round);
  }

  // Whether what is to be covered has become less.
  Result<bool> leave_out_broken() {
    bool any = false;
    for (const auto& build : failed_builds_) {
      if (build.find(" [") == std::string::npos) any = broken_.insert(build).second || any;
    }
    failed_builds_.clear();
    if (!any) return false;
    const auto listed = CREMA_TRY(
        sys::capture(command({"go", "list", "-e", options_.coverpkg}), std::chrono::minutes(5)));
    covered_.clear();
    for (const auto line : split_lines(listed.output)) {
      if (!line.empty() && !broken_.contains(line)) covered_.emplace_back(line);
    }
    return !covered_.empty();
  }

  void tell(const TestSuite& suite) const {
    if (services_.listener.on_suite) services_.listener.on_suite(TestSuite(suite));
  }

  sys::Command command(std::vector<std::string> arguments) const {
    sys::Command command;
    command.argv = std::move(arguments);
    command.environment = services_.host.environment;
    if (race_) command.environment["CGO_ENABLED"] = "1";
    command.working_directory = root_ / module_.folder;
    return command;
  }

  std::vector<std::string> flags(const std::string& pattern, const fs::path& profile) const {
    std::vector<std::string> flags = {"-json",
                                      fmt::format("-timeout={}s", options_.timeout.count())};
    if (race_) flags.emplace_back("-race");
    if (options_.shuffle) flags.emplace_back("-shuffle=on");
    if (options_.short_mode) flags.emplace_back("-short");
    if (plan_.processes > 0) flags.push_back(fmt::format("-p={}", plan_.processes));
    if (!pattern.empty()) flags.push_back("-run=" + pattern);
    if (!plan_.skip.empty()) flags.push_back("-skip=" + plan_.skip);
    if (!options_.tags.empty()) flags.push_back("-tags=" + options_.tags);
    if (!profile.empty()) {
      flags.emplace_back("-covermode=atomic");
      if (!covered_.empty()) flags.push_back("-coverpkg=" + join(covered_, ","));
      flags.push_back("-coverprofile=" + profile.string());
    }
    flags.insert(flags.end(), plan_.arguments.begin(), plan_.arguments.end());
    return flags;
  }

  // Events come on standard output; what go says on standard error must not fall between them.
  Result<std::vector<TestSuite>> run_once(const std::vector<std::string>& packages,
                                          const std::string& pattern, const fs::path& profile) {
    const auto errors = services_.scratch / "errors.txt";
    std::vector<std::string> arguments = {"sh", "-c",  R"(exec "$@" 2>"$0")", errors.string(),
                                          "go", "test"};
    for (auto& flag : flags(pattern, profile)) arguments.push_back(std::move(flag));
    arguments.insert(arguments.end(), packages.begin(), packages.end());
    std::vector<TestSuite> suites;
    auto listener = services_.listener;
    listener.on_suite = [&](TestSuite&& suite) {
      suite.project = module_.folder;
      if (hold_ && suite.kind == evidence::FailureKind::build) {
        held_.push_back(std::move(suite));
        return;
      }
      tell(suite);
      suites.push_back(std::move(suite));
    };
    evidence::GoTestReader reader(std::move(listener));
    const sys::RunLimits limits{.stop = services_.stop, .deadline = {}, .patience = {}};
    const auto exit =
        CREMA_TRY(services_.processes.run(command(std::move(arguments)), limits,
                                          [&](std::string_view bytes) { reader.feed(bytes); }));
    reader.finish();
    if (exit.why == sys::Exit::Why::stopped)
      return fail("testing/stopped", "the tests were stopped");
    failed_builds_ = reader.failed_builds();
    if (!exit.ok() && suites.empty() && held_.empty()) {
      result_.error = reader.other_output();
      if (const auto text = sys::read_file(errors)) result_.error += *text;
      if (result_.error.empty()) result_.error = fmt::format("go test ended with {}", exit.code);
    }
    return suites;
  }

  // Whether anything was worth another run.
  Result<bool> run_failed_again() {
    bool any = false;
    for (auto& suite : result_.suites) {
      const auto pattern = pattern_of_failed(suite);
      if (pattern.empty()) continue;
      any = true;
      const auto again = CREMA_TRY(run_once({suite.name}, pattern, {}));
      if (!again.empty()) take_second_run(suite, again.front());
    }
    return any;
  }

  Result<> read_profile(const fs::path& file) {
    auto text = sys::read_file(file);
    if (!text) return {};  // nothing could be built
    const auto source = std::make_shared<SourceFile>(file.string(), std::move(*text));
    auto coverage = CREMA_TRY(evidence::read_go_profile(source));
    evidence::place_go_files(coverage, {{module_.path, module_.folder}});
    if (!result_.coverage) result_.coverage.emplace();
    merge_into(*result_.coverage, coverage);
    return {};
  }

  // testing prints base names, the runtime whole paths.
  void place(TestSuite& suite) const {
    auto folder = module_.folder;
    if (suite.name.starts_with(module_.path + "/")) {
      const auto inside = suite.name.substr(module_.path.size() + 1);
      folder = folder.empty() ? inside : folder + "/" + inside;
    }
    for (auto& test : suite.cases) {
      if (test.file.empty()) continue;
      if (test.file.find('/') == std::string::npos) {
        test.file = folder.empty() ? test.file : folder + "/" + test.file;
      } else if (test.file.starts_with(root_.string() + "/")) {
        test.file.erase(0, root_.string().size() + 1);
      }
    }
  }

  const fs::path& root_;
  const GoModule& module_;
  const GoTestPlan& plan_;
  const TestOptions& options_;
  const GoTestServices& services_;
  bool race_ = false;
  std::vector<std::string> covered_;  // -coverpkg
  std::set<std::string, std::less<>> broken_;
  std::vector<std::string> failed_builds_;
  bool hold_ = false;  // what cannot be built is held back: it may run without what is broken
  std::vector<TestSuite> held_;
  GoTestResult result_;
};

}  // namespace

Result<GoTestResult> run_go_tests(const fs::path& root, const GoModule& module,
                                  const GoTestPlan& plan, const GoTestServices& services) {
  return GoTests(root, module, plan, services).run();
}

}  // namespace crema::testing
