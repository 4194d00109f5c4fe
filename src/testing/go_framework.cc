// Go's tests as tasks: what of each module belongs to a part.
#include "framework.h"
#include "go_selection.h"

#include "crema/testing/go_module.h"
#include "crema/testing/go_tests.h"

#include <algorithm>
#include <optional>

namespace crema::testing {
namespace {

class GoTask : public TestTask {
 public:
  GoTask(const TestRequest& request, GoModule module, GoTestOptions options)
      : root_(request.root), module_(std::move(module)), options_(std::move(options)) {
    if (request.part != "unit") options_.arguments.emplace_back("-count=1");
  }

  std::string folder() const override { return module_.folder; }

  Result<> run(const TaskServices& services, ProjectReport& report) override {
    if (options_.processes == 0) options_.processes = services.processes_each;
    auto result = CREMA_TRY(run_go_tests(root_, module_, options_,
                                         {.host = services.host,
                                          .processes = services.processes,
                                          .scratch = services.scratch,
                                          .stop = services.stop,
                                          .listener = services.listener}));
    report.suites = std::move(result.suites);
    report.coverage = std::move(result.coverage);
    report.remarks = std::move(result.remarks);
    report.error = std::move(result.error);
    return {};
  }

 private:
  std::filesystem::path root_;
  GoModule module_;
  GoTestOptions options_;
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
  explicit GoTasks(const TestRequest& request)
      : request_(request), modules_(find_go_modules(request.root)) {}

  std::vector<std::unique_ptr<TestTask>> find() {
    for (const auto& module : modules_) {
      if (request_.part == "unit")
        add_unit(module);
      else
        add_part(module, request_.part == "e2e" ? module.e2e : module.integration);
    }
    return std::move(tasks_);
  }

 private:
  void add(const GoModule& module, GoTestOptions options) {
    tasks_.push_back(std::make_unique<GoTask>(request_, module, std::move(options)));
  }

  // Paths that a user names are tested whatever they are called.
  void add_unit(const GoModule& module) {
    auto options = request_.go;
    if (!request_.paths.empty()) {
      options.packages = named_packages(module);
      if (!options.packages.empty()) add(module, std::move(options));
      return;
    }
    options.without = module.integration;
    options.without.insert(options.without.end(), module.e2e.begin(), module.e2e.end());
    if (std::ranges::find(options.without, ".") == options.without.end())
      add(module, std::move(options));
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
    const auto tags = [&](GoTestOptions& options) {
      if (!marked.tags.empty()) options.tags += (options.tags.empty() ? "" : ",") + marked.tags;
    };
    auto options = request_.go;
    for (const auto& folder : folders) {
      const auto whole = folder == "."           ? module.folder
                         : module.folder.empty() ? folder
                                                 : module.folder + "/" + folder;
      if (is_asked_for(request_, whole) && has_tests(request_.root / whole))
        options.packages.push_back(folder == "." ? "./..." : "./" + folder + "/...");
    }
    tags(options);
    if (!options.packages.empty()) add(module, options);
    auto of_marked = request_.go;
    for (const auto& package : marked.packages) {
      const auto place = package == "." ? "" : package.substr(2);
      const auto whole = module.folder.empty() ? place : module.folder + "/" + place;
      if (is_asked_for(request_, whole)) of_marked.packages.push_back(package);
    }
    if (of_marked.packages.empty()) return;
    if (of_marked.run.empty()) of_marked.run = marked.pattern;
    tags(of_marked);
    add(module, std::move(of_marked));
  }

  const TestRequest& request_;
  std::vector<GoModule> modules_;
  std::vector<std::unique_ptr<TestTask>> tasks_;
};

}  // namespace

const Framework kGo{.name = "Go",
                    .program = "go",
                    .install = "https://go.dev/doc/install, or Debian's package golang-go",
                    .find = [](const TestRequest& request) { return GoTasks(request).find(); }};

}  // namespace crema::testing
