// Go's tests as tasks: what of each module belongs to a part.
#include "framework.h"
#include "go_selection.h"

#include "crema/testing/go_impact.h"
#include "crema/testing/go_module.h"
#include "crema/testing/go_tests.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace crema::testing {
namespace {

class GoTask : public TestTask {
 public:
  GoTask(const TestRequest& request, GoModule module, GoTestPlan plan, std::string remark)
      : root_(request.root),
        module_(std::move(module)),
        plan_(std::move(plan)),
        remark_(std::move(remark)) {
    if (request.part != "unit") plan_.arguments.emplace_back("-count=1");
  }

  std::string folder() const override { return module_.folder; }

  Result<> run(const TaskServices& services, ProjectReport& report) override {
    if (plan_.processes == 0) plan_.processes = services.processes_each;
    auto result = CREMA_TRY(run_go_tests(root_, module_, plan_,
                                         {.host = services.host,
                                          .processes = services.processes,
                                          .scratch = services.scratch,
                                          .stop = services.stop,
                                          .listener = services.listener}));
    report.suites = std::move(result.suites);
    report.coverage = std::move(result.coverage);
    report.remarks = std::move(result.remarks);
    if (!remark_.empty()) report.remarks.push_back(remark_);
    report.error = std::move(result.error);
    return {};
  }

 private:
  std::filesystem::path root_;
  GoModule module_;
  GoTestPlan plan_;
  std::string remark_;
};

std::string inside(const std::string& path, const std::string& module) {
  return module.empty() ? path : path.substr(module.size() + 1);
}

// Whether a folder of that name holds Go's tests: others have folders called e2e too.
bool has_tests(const std::filesystem::path& folder) {
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(folder, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const auto name = entry->path().filename().string();
    if (name.ends_with("_test.go")) return true;
    const bool folder_of_module = entry->is_directory(error) && !entry->is_symlink(error) &&
                                  !is_passed_over(name) &&
                                  !std::filesystem::exists(entry->path() / "go.mod", error);
    if (folder_of_module && has_tests(entry->path())) return true;
  }
  return false;
}

class GoTasks {
 public:
  GoTasks(const TestRequest& request, const sys::Host& host)
      : request_(request), host_(host), modules_(find_go_modules(request.root)) {}

  Result<TestTasks> find() {
    for (const auto& module : modules_) {
      if (request_.part == "unit")
        add_unit(module);
      else
        add_part(module, request_.part == "e2e" ? module.e2e : module.integration);
    }
    if (!plans_.empty() && (request_.changed || request_.shard)) CREMA_TRY(narrow());
    TestTasks tasks;
    for (auto& plan : plans_)
      tasks.push_back(
          std::make_unique<GoTask>(request_, *plan.module, std::move(plan.tests), plan.remark));
    return tasks;
  }

 private:
  struct ModulePlan {
    const GoModule* module;
    GoTestPlan tests;
    std::string remark;  // what was left out
  };

  void add(const GoModule& module, GoTestPlan tests) {
    plans_.push_back({&module, std::move(tests), {}});
  }

  // To what a change affects, then to this shard's share of it: packages by name.
  Result<> narrow() {
    if (!host_.find_program("go")) return {};  // said by whoever runs the tasks
    const auto impact = CREMA_TRY(GoImpact::read(request_.root, modules_, tags(), host_));
    const auto affected = request_.changed ? impact.affected_by(*request_.changed)
                                           : std::map<std::string, Impact, std::less<>>();
    std::vector<ModulePlan> narrowed;
    for (auto& plan : plans_) {
      std::size_t unaffected = 0;
      std::vector<std::string> packages;
      for (const auto& package : impact.packages()) {
        if (package.module != plan.module->folder || !is_in(plan, package)) continue;
        if (request_.changed && !affected.contains(package.path)) {
          unaffected += package.has_tests ? 1 : 0;
          continue;
        }
        if (request_.changed && !package.has_tests) continue;
        packages.push_back(package.path);
      }
      plan.tests.packages = std::move(packages);
      plan.tests.without.clear();
      if (unaffected > 0)
        plan.remark =
            fmt::format("{} package{} left out: nothing that changed can affect {}", unaffected,
                        unaffected == 1 ? "" : "s", unaffected == 1 ? "it" : "them");
      if (const auto& shard = request_.shard)
        take_share(plan, *shard, narrowed);
      else if (!plan.tests.packages.empty())
        narrowed.push_back(std::move(plan));
    }
    plans_ = std::move(narrowed);
    return {};
  }

  std::string tags() const {
    for (const auto& plan : plans_) {
      if (!plan.tests.options.tags.empty()) return plan.tests.options.tags;
    }
    return "";
  }

  // Whether "./x/..." and the like of a plan mean a package.
  static bool is_in(const ModulePlan& plan, const GoPackage& package) {
    const auto& module = plan.module->folder;
    const auto inside = module.empty()             ? package.folder
                        : package.folder == module ? std::string()
                                                   : package.folder.substr(module.size() + 1);
    const auto& tests = plan.tests;
    const bool left_out = std::ranges::any_of(
        tests.without, [&](const auto& folder) { return is_below(inside, folder); });
    if (left_out || tests.packages.empty()) return !left_out;
    return std::ranges::any_of(tests.packages, [&](std::string_view pattern) {
      pattern.remove_prefix(pattern.starts_with("./") ? 2 : 1);
      if (pattern == "...") return true;
      if (pattern.ends_with("/...")) return is_below(inside, pattern.substr(0, pattern.size() - 4));
      return inside == pattern;
    });
  }

  static std::string pattern_of(const std::vector<std::string>& names) {
    std::string pattern;
    for (const auto& name : names) pattern += (pattern.empty() ? "^(" : "|") + name;
    return pattern.empty() ? "" : pattern + ")$";
  }

  void take_share(ModulePlan& plan, const Shard& shard, std::vector<ModulePlan>& into) const {
    const bool divisible = plan.tests.options.run.empty();
    const auto shards = divide(plan.tests.packages, request_.times, shard.count, divisible);
    auto whole = plan;
    whole.tests.packages.clear();
    for (const auto& part : shards[shard.index - 1]) {
      if (part.whole()) {
        whole.tests.packages.push_back(part.suite);
        continue;
      }
      auto some = plan;
      some.tests.packages = {part.suite};
      some.tests.options.run = pattern_of(part.only);
      some.tests.skip = pattern_of(part.without);
      into.push_back(std::move(some));
    }
    if (!whole.tests.packages.empty()) into.push_back(std::move(whole));
  }

  // Paths that a user names are tested whatever they are called.
  void add_unit(const GoModule& module) {
    GoTestPlan tests{.options = request_.options};
    if (!request_.paths.empty()) {
      tests.packages = named_packages(module);
      if (!tests.packages.empty()) add(module, std::move(tests));
      return;
    }
    tests.without = module.integration;
    tests.without.insert(tests.without.end(), module.e2e.begin(), module.e2e.end());
    if (std::ranges::find(tests.without, ".") == tests.without.end()) add(module, std::move(tests));
  }

  std::vector<std::string> named_packages(const GoModule& module) const {
    std::vector<std::string> packages;
    for (const auto& path : request_.paths) {
      if (is_below(module.folder, path)) return {"./..."};
      if (!is_below(path, module.folder)) continue;
      const bool deeper = std::ranges::any_of(modules_, [&](const GoModule& other) {
        return other.folder.size() > module.folder.size() && is_below(path, other.folder);
      });
      if (!deeper) packages.push_back("./" + inside(path, module.folder) + "/...");
    }
    return packages;
  }

  // Folders of the part as a whole; elsewhere, the tests that say they are of it.
  void add_part(const GoModule& module, const std::vector<std::string>& folders) {
    const auto marked = find_marked_tests(request_.root, module, request_.part);
    const auto add_tags = [&](GoTestPlan& plan) {
      auto& tags = plan.options.tags;
      if (!marked.tags.empty()) tags += (tags.empty() ? "" : ",") + marked.tags;
    };
    GoTestPlan tests{.options = request_.options};
    for (const auto& folder : folders) {
      const auto whole = folder == "."           ? module.folder
                         : module.folder.empty() ? folder
                                                 : module.folder + "/" + folder;
      if (is_asked_for(request_, whole) && has_tests(request_.root / whole))
        tests.packages.push_back(folder == "." ? "./..." : "./" + folder + "/...");
    }
    add_tags(tests);
    if (!tests.packages.empty()) add(module, std::move(tests));
    GoTestPlan of_marked{.options = request_.options};
    for (const auto& package : marked.packages) {
      const auto place = package == "." ? "" : package.substr(2);
      const auto whole = module.folder.empty() ? place : module.folder + "/" + place;
      if (is_asked_for(request_, whole)) of_marked.packages.push_back(package);
    }
    if (of_marked.packages.empty()) return;
    if (of_marked.options.run.empty()) of_marked.options.run = marked.pattern;
    add_tags(of_marked);
    add(module, std::move(of_marked));
  }

  const TestRequest& request_;
  const sys::Host& host_;
  std::vector<GoModule> modules_;
  std::vector<ModulePlan> plans_;
};

}  // namespace

const Framework kGo{.name = "Go",
                    .program = "go",
                    .install = "https://go.dev/doc/install, or Debian's package golang-go",
                    .find = [](const TestRequest& request,
                               const sys::Host& host) { return GoTasks(request, host).find(); },
                    .narrows = true};

}  // namespace crema::testing
