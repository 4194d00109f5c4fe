// CTest's tests: of each CMake project that has some, in its build tree.
#include "cmake_tree.h"
#include "ctest_reader.h"
#include "framework.h"
#include "project_walk.h"
#include "retry.h"

#include "crema/base/strings.h"
#include "crema/evidence/junit.h"
#include "crema/sys/files.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <thread>

namespace crema::testing {
namespace {

namespace fs = std::filesystem;
using evidence::FailureKind;
using evidence::TestOutcome;
using evidence::TestSuite;
using Json = nlohmann::json;

// A test as `ctest --show-only=json-v1` has it.
struct CtestTest {
  std::string name, folder;  // of the CMakeLists.txt it stands in, relative to the repository
  std::string file;
  std::uint32_t line = 0;
  std::string part;  // by its labels; "": by its folder
};

std::string text_of(const Json& json, const char* name) {
  const auto member = json.find(name);
  return member != json.end() && member->is_string() ? member->get<std::string>() : "";
}

class CtestListing {
 public:
  CtestListing(Json json, const fs::path& root, const fs::path& source, const fs::path& tree)
      : json_(std::move(json)), root_(root), source_(source), tree_(tree) {}

  std::vector<CtestTest> tests() const {
    std::vector<CtestTest> found;
    const auto all = json_.is_object() ? json_.find("tests") : json_.end();
    if (all == json_.end() || !all->is_array()) return found;
    for (const auto& one : *all) {
      if (!one.is_object()) continue;
      CtestTest test{.name = text_of(one, "name"), .folder = {}, .file = {}, .part = {}};
      place(one, test);
      for (const auto& label : labels_of(one)) {
        if (label == "integration" || label == "e2e") test.part = label;
      }
      if (test.part.empty()) test.part = part_of_file(test.folder + "/x");
      found.push_back(std::move(test));
    }
    return found;
  }

 private:
  std::string inside(const fs::path& path) const {
    const auto text = path.lexically_relative(root_).string();
    return text.starts_with("..") || text == "." ? "" : text;
  }

  static const Json* property(const Json& test, std::string_view name) {
    const auto list = test.find("properties");
    if (list == test.end() || !list->is_array()) return nullptr;
    for (const auto& one : *list) {
      if (one.is_object() && text_of(one, "name") == name && one.contains("value"))
        return &*one.find("value");
    }
    return nullptr;
  }

  static std::vector<std::string> labels_of(const Json& test) {
    std::vector<std::string> labels;
    const auto* value = property(test, "LABELS");
    if (value == nullptr || !value->is_array()) return labels;
    for (const auto& label : *value) {
      if (label.is_string()) labels.push_back(to_lower(label.get<std::string>()));
    }
    return labels;
  }

  // Where add_test() stands; tests that a program told of itself have its folder in the tree.
  void place(const Json& one, CtestTest& test) const {
    const auto graph = json_.value("backtraceGraph", Json::object());
    const auto number = [](const Json& json, const char* name) {
      const auto member = json.find(name);
      return member != json.end() && member->is_number_unsigned() ? member->get<std::size_t>()
                                                                  : std::string::npos;
    };
    const auto at = [&](const char* list, std::size_t index) -> Json {
      const auto all = graph.is_object() ? graph.find(list) : graph.end();
      return all != graph.end() && all->is_array() && index < all->size() ? (*all)[index] : Json();
    };
    const auto node = at("nodes", number(one, "backtrace"));
    const auto file = node.is_object() ? at("files", number(node, "file")) : Json();
    if (file.is_string()) {
      const fs::path path = source_ / file.get<std::string>();
      test.file = inside(path);
      test.folder = inside(path.parent_path());
      const auto line = number(node, "line");
      test.line = line == std::string::npos ? 0 : static_cast<std::uint32_t>(line);
      if (!test.file.empty()) return;
    }
    test = {.name = test.name, .folder = inside(source_), .file = {}, .part = {}};
    const auto* folder = property(one, "WORKING_DIRECTORY");
    if (folder == nullptr || !folder->is_string()) return;
    const auto below = fs::path(folder->get<std::string>()).lexically_relative(tree_).string();
    if (!below.starts_with("..") && below != ".") test.folder = inside(source_ / below);
  }

  Json json_;
  const fs::path& root_;
  fs::path source_, tree_;
};

class CtestTask : public TestTask {
 public:
  CtestTask(const TestRequest& request, std::string folder)
      : request_(request), folder_(std::move(folder)) {}

  std::string folder() const override { return folder_; }

  Result<> run(const TaskServices& services, ProjectReport& report) override {
    services_ = &services;
    report_ = &report;
    if (!CREMA_TRY(prepare())) return {};
    const auto all = CREMA_TRY(list({}));
    const auto chosen =
        choose(request_.options.run.empty() ? all : CREMA_TRY(list(request_.options.run)));
    for (const auto& test : chosen) by_name_.emplace(test.name, test);
    if (chosen.size() == all.size()) {
      CREMA_TRY(run_once(""));
    } else {
      // CTest's expressions may not be longer than some thousand characters.
      constexpr std::size_t kLongest = 8000;
      std::vector<std::string> names;
      std::size_t length = 0;
      for (const auto& test : chosen) {
        names.push_back(test.name);
        length += test.name.size() + 1;
        if (length < kLongest && &test != &chosen.back()) continue;
        CREMA_TRY(run_once(pattern_of(names)));
        names.clear();
        length = 0;
      }
    }
    make_suites();
    if (request_.options.cover)
      report.remarks.emplace_back("coverage is left out: ctest measures none");
    return {};
  }

 private:
  fs::path source() const { return request_.root / folder_; }

  struct Said {
    bool ok = false;
    std::string output;
  };
  Result<Said> call(std::vector<std::string> words) {
    evidence::KeptOutput output;
    const auto exit = CREMA_TRY(
        services_->processes.run({.argv = std::move(words),
                                  .environment = services_->host.environment,
                                  .working_directory = source()},
                                 {.stop = services_->stop, .deadline = {}, .patience = {}},
                                 [&](std::string_view bytes) { output.add(bytes); }));
    if (exit.why == sys::Exit::Why::stopped)
      return fail("testing/stopped", "the tests were stopped");
    return Said{exit.ok(), output.text()};
  }

  std::string processes() const {
    const auto each = services_->processes_each;
    return std::to_string(each > 0 ? each : std::max(1U, std::thread::hardware_concurrency()));
  }

  // The tree is brought up to date: tests of yesterday's program would say nothing. False where it
  // cannot even be configured.
  Result<bool> prepare() {
    if (auto found = find_cmake_tree(source())) {
      tree_ = std::move(*found);
    } else {
      const auto name = folder_.empty() ? "root" : replace_all(folder_, "/", "-");
      tree_.folder =
          (request_.builds.empty() ? services_->scratch : request_.builds) / ("cmake-" + name);
      std::vector<std::string> words = {"cmake", "-S", source().string(), "-B",
                                        tree_.folder.string()};
      if (services_->host.find_program("ninja")) {
        words.insert(words.end(), {"-G", "Ninja"});
        tree_.generator = "Ninja";
      }
      const auto said = CREMA_TRY(call(std::move(words)));
      if (!said.ok) {
        report_->error = "it could not be configured\n" + said.output;
        return false;
      }
    }
    report_->remarks.push_back(fmt::format(
        "built and tested in {}", tree_.folder.lexically_relative(request_.root).string()));
    std::vector<std::string> words = {"cmake", "--build", tree_.folder.string(), "-j", processes()};
    if (tree_.generator == "Ninja") words.insert(words.end(), {"--", "-k", "0"});
    if (tree_.generator == "Unix Makefiles") words.insert(words.end(), {"--", "-k"});
    auto said = CREMA_TRY(call(std::move(words)));
    if (!said.ok) add_broken_build(std::move(said.output));
    return true;
  }

  void add_broken_build(std::string output) {
    TestSuite suite{.name = (folder_.empty() ? "" : folder_ + "/") + std::string("CMakeLists.txt"),
                    .framework = "ctest",
                    .project = folder_,
                    .outcome = TestOutcome::failed,
                    .kind = FailureKind::build};
    suite.message = "it could not be built";
    for (const auto line : split_lines(output)) {
      if (line.find(" error: ") == std::string_view::npos) continue;
      suite.message = trim(line);
      break;
    }
    suite.output = std::move(output);
    add(std::move(suite));
  }

  Result<std::vector<CtestTest>> list(const std::string& pattern) {
    std::vector<std::string> words = {"ctest", "--test-dir", tree_.folder.string(),
                                      "--show-only=json-v1"};
    if (!pattern.empty()) words.insert(words.end(), {"-R", pattern});
    const auto said = CREMA_TRY(sys::capture({.argv = std::move(words),
                                              .environment = services_->host.environment,
                                              .working_directory = source()},
                                             std::chrono::minutes(2)));
    if (!said.exit.ok())
      return fail("testing/list", "ctest could not list its tests\n" + said.error);
    return CtestListing(Json::parse(said.output, nullptr, false), request_.root, source(),
                        tree_.folder)
        .tests();
  }

  std::vector<CtestTest> choose(std::vector<CtestTest> tests) const {
    const bool named = !request_.paths.empty() && request_.part == "unit";
    std::erase_if(tests, [&](const auto& test) {
      const bool asked =
          request_.paths.empty() || std::ranges::any_of(request_.paths, [&](const auto& path) {
            return is_below(test.folder, path);
          });
      return !asked || (!named && test.part != request_.part);
    });
    if (!request_.shard) return tests;
    std::vector<CtestTest> share;
    for (std::size_t i = request_.shard->index - 1; i < tests.size(); i += request_.shard->count)
      share.push_back(std::move(tests[i]));
    return share;
  }

  Result<> run_once(const std::string& pattern) {
    const auto results = services_->scratch / "junit.xml";
    std::error_code ignored;
    fs::remove(results, ignored);
    std::vector<std::string> words = {"ctest",
                                      "--test-dir",
                                      tree_.folder.string(),
                                      "-j",
                                      processes(),
                                      "--no-tests=ignore",
                                      "--timeout",
                                      std::to_string(request_.options.timeout.count()),
                                      "--output-junit",
                                      results.string(),
                                      "--test-output-size-passed",
                                      "1024",
                                      "--test-output-size-failed",
                                      "65536"};
    if (!pattern.empty()) words.insert(words.end(), {"-R", pattern});
    if (request_.options.retries > 0)
      words.insert(words.end(),
                   {"--repeat", fmt::format("until-pass:{}", request_.options.retries + 1)});
    CtestReader reader([this](std::string_view name) { return suite_of(name); },
                       services_->listener);
    const auto exit = CREMA_TRY(
        services_->processes.run({.argv = std::move(words),
                                  .environment = services_->host.environment,
                                  .working_directory = source()},
                                 {.stop = services_->stop, .deadline = {}, .patience = {}},
                                 [&](std::string_view bytes) { reader.feed(bytes); }));
    if (exit.why == sys::Exit::Why::stopped)
      return fail("testing/stopped", "the tests were stopped");
    reader.finish();
    add_outputs(reader, results);
    bool failed = false;
    for (auto& [name, test] : reader.cases()) {
      failed = failed || test.outcome == TestOutcome::failed;
      if (by_name_.contains(name)) cases_.insert_or_assign(name, std::move(test));
    }
    if (!exit.ok() && !failed)
      report_->error = fmt::format("ctest ended with {}\n{}", exit.code, reader.other_output());
    return {};
  }

  // What tests said; without the file, they have their outcomes.
  static void add_outputs(CtestReader& reader, const fs::path& results) {
    auto text = sys::read_file(results);
    if (!text) return;
    auto suites =
        evidence::read_junit(std::make_shared<SourceFile>(results.string(), std::move(*text)));
    if (!suites) return;
    for (auto& suite : *suites) {
      for (auto& test : suite.cases) {
        const auto known = reader.cases().find(test.name);
        if (known != reader.cases().end()) known->second.output = std::move(test.output);
      }
    }
  }

  std::string suite_of(std::string_view name) const {
    const auto known = by_name_.find(name);
    const auto& folder = known == by_name_.end() ? folder_ : known->second.folder;
    return folder.empty() ? "." : folder;
  }

  void make_suites() {
    std::map<std::string, TestSuite> suites;
    for (auto& [name, test] : cases_) {
      const auto& declared = by_name_.find(name)->second;
      explain_program_failure(test, request_.root.string());
      if (test.line == 0) {
        test.file = declared.file;
        test.line = declared.line;
      }
      if (test.outcome == TestOutcome::passed) test.output.clear();
      auto& suite = suites[suite_of(name)];
      suite.duration += test.duration;
      if (test.outcome == TestOutcome::failed) suite.outcome = TestOutcome::failed;
      suite.cases.push_back(std::move(test));
    }
    for (auto& [name, suite] : suites) {
      suite.name = name;
      suite.framework = "ctest";
      suite.project = folder_;
      add(std::move(suite));
    }
  }

  void add(TestSuite suite) {
    if (services_->listener.on_suite) services_->listener.on_suite(TestSuite(suite));
    report_->suites.push_back(std::move(suite));
  }

  const TestRequest& request_;
  std::string folder_;
  const TaskServices* services_ = nullptr;  // both while it runs
  ProjectReport* report_ = nullptr;
  CmakeTree tree_;
  std::map<std::string, CtestTest, std::less<>> by_name_;
  std::map<std::string, evidence::TestCase, std::less<>> cases_;
};

// Whether CMake files of a project speak of tests of a part: before anything is built.
bool has_part(const TestRequest& request, const std::string& folder) {
  if (request.part == "unit") return true;
  bool found = false;
  walk_folders(request.root, folder, [&](const ProjectFolder& here) {
    if (found || !here.has("CMakeLists.txt")) return !found;
    const auto text = sys::read_file(request.root / here.path / "CMakeLists.txt");
    const bool of_part = part_of_file(here.path + "/x") == request.part;
    found = text && (of_part ? text->find("test") != std::string::npos
                             : text->find("LABELS") != std::string::npos &&
                                   text->find(request.part) != std::string::npos);
    return !found;
  });
  return found;
}

}  // namespace

const Framework kCtest{
    .name = "CTest",
    .program = "ctest",
    .install = "Debian's package cmake",
    .find = [](const TestRequest& request, const sys::Host&) -> Result<TestTasks> {
      TestTasks tasks;
      walk_folders(request.root, "", [&](const ProjectFolder& folder) {
        if (!folder.has("CMakeLists.txt")) return true;
        const auto text = sys::read_file(request.root / folder.path / "CMakeLists.txt");
        if (text && enables_testing(*text) && is_asked_for(request, folder.path) &&
            can_be_affected(request, folder.path) && has_part(request, folder.path))
          tasks.push_back(std::make_unique<CtestTask>(request, folder.path));
        return false;
      });
      return tasks;
    }};

}  // namespace crema::testing
