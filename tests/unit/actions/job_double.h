// A job for tests of built-ins: real folders, real files, real processes; everything the action
// says is kept.
#pragma once

#include "crema/run/action.h"
#include "crema/sys/files.h"
#include "crema/sys/host.h"
#include "crema/sys/process.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace crema::actions {

namespace fs = std::filesystem;

class JobDouble : public run::ActionContext {
 public:
  explicit JobDouble(std::string_view name) : host_(sys::real_host()) {
    root_ = fs::path(testing::TempDir()) /
            ("actions-" + std::string(name) + "-" + std::to_string(::getpid()));
    (void)sys::remove_tree(root_);
    for (const auto* folder : {"workspace", "temp", "home", "tools", "repository"}) {
      fs::create_directories(root_ / folder);
    }
    root_ = fs::canonical(root_);
    host_.environment["HOME"] = (root_ / "user").string();
    environment = {{"PATH", host_.variable("PATH").value_or("/usr/bin:/bin")},
                   {"HOME", (root_ / "home").string()},
                   {"RUNNER_OS", "Linux"},
                   {"RUNNER_ARCH", "X64"},
                   {"GIT_AUTHOR_NAME", "A"},
                   {"GIT_AUTHOR_EMAIL", "a@example.com"},
                   {"GIT_COMMITTER_NAME", "A"},
                   {"GIT_COMMITTER_EMAIL", "a@example.com"},
                   {"GIT_CONFIG_NOSYSTEM", "1"}};
    // What lets package managers reach their registries from here.
    for (const auto* name :
         {"GOPROXY", "GOSUMDB", "GONOSUMDB", "GOFLAGS", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY",
          "http_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS",
          "NPM_CONFIG_REGISTRY", "npm_config_registry"}) {
      if (const auto value = host_.variable(name)) environment[name] = *value;
    }
    set_github({});
  }
  ~JobDouble() override { (void)sys::remove_tree(root_); }

  // --- what a test sets ---
  std::map<std::string, std::string> inputs;
  sys::Environment environment;
  bool succeeded = true;
  store::Artifacts* artifact_store = nullptr;
  store::Caches* cache_store = nullptr;

  void set_github(std::map<std::string, std::string> values) {
    expr::Object object;
    for (auto& [name, value] : values) object.set(name, expr::Value(value));
    github_ = expr::Value(std::move(object));
  }
  void write(const fs::path& path, std::string_view text) {
    fs::create_directories((root_ / path).parent_path());
    ASSERT_TRUE(sys::write_file(root_ / path, text));
  }
  std::string read(const fs::path& path) const {
    return sys::read_file(root_ / path).value_or("(no file)");
  }
  bool exists(const fs::path& path) const { return fs::exists(root_ / path); }
  std::string shell(const std::string& script, const fs::path& folder) {
    const auto ran = capture({"sh", "-ec", script}, root_ / folder, {});
    EXPECT_TRUE(ran && ran->exit.ok()) << script << "\n"
                                       << (ran ? ran->output : ran.error().message);
    return ran ? ran->output : "";
  }
  const fs::path& root() const { return root_; }

  // Runs the main part with the declared defaults.
  Result<> run_main(const run::BuiltinAction& action) {
    action_ = &action;
    return action.main(*this);
  }
  Result<> run_post(const run::BuiltinAction& action) {
    action_ = &action;
    return action.post(*this);
  }

  // --- what the action did ---
  std::map<std::string, std::string> outputs, variables, states;
  std::vector<fs::path> paths, matchers;
  std::vector<std::string> masks, remarks;
  std::vector<evidence::Annotation> annotations;
  std::vector<evidence::Evidence> left;
  std::string logged, summary;

  bool said(std::string_view text) const { return logged.find(text) != std::string::npos; }
  bool warned(std::string_view text) const {
    return std::ranges::any_of(annotations, [&](const auto& each) {
      return each.level != evidence::AnnotationLevel::notice &&
             each.message.find(text) != std::string::npos;
    });
  }

  // --- run::ActionContext ---
  std::string input(std::string_view name) const override {
    if (const auto given = inputs.find(std::string(name)); given != inputs.end())
      return given->second;
    if (action_ == nullptr) return {};
    const auto spec = std::ranges::find(action_->inputs, name, &run::InputSpec::name);
    EXPECT_NE(spec, action_->inputs.end()) << "undeclared input " << name;
    return spec == action_->inputs.end() ? "" : std::string(spec->fallback);
  }
  void set_output(std::string_view name, std::string value) override {
    outputs[std::string(name)] = std::move(value);
  }
  void export_variable(std::string_view name, std::string value) override {
    variables[std::string(name)] = std::move(value);
  }
  void add_path(const fs::path& folder) override { paths.push_back(folder); }
  void save_state(std::string_view name, std::string value) override {
    states[std::string(name)] = std::move(value);
  }
  std::string state(std::string_view name) const override {
    const auto found = states.find(std::string(name));
    return found == states.end() ? "" : found->second;
  }
  void add_mask(std::string_view secret) override { masks.emplace_back(secret); }
  void add_problem_matcher(const fs::path& file) override { matchers.push_back(file); }
  void add_summary(std::string_view markdown) override { summary += markdown; }
  Result<> add_evidence(evidence::Evidence one) override {
    left.push_back(std::move(one));
    return {};
  }
  void log(std::string_view text) override { logged += std::string(text) + "\n"; }
  void annotate(evidence::AnnotationLevel level, std::string_view message) override {
    annotations.push_back({.level = level, .message = std::string(message)});
  }
  void annotate_at(evidence::Annotation annotation) override {
    annotations.push_back(std::move(annotation));
  }
  void remark(std::string_view, std::string_view message) override {
    remarks.emplace_back(message);
  }

  Result<sys::Exit> execute(std::vector<std::string> argv, const fs::path& directory,
                            const sys::Environment& extra) override {
    auto ran = capture(std::move(argv), directory, extra);
    if (!ran) return fail(ran.error());
    log(ran->output);
    return ran->exit;
  }
  Result<run::Capture> capture(std::vector<std::string> argv, const fs::path& directory,
                               const sys::Environment& extra) override {
    sys::Environment whole = environment;
    for (const auto& [name, value] : extra) whole[name] = value;
    const sys::Command command{.argv = std::move(argv),
                               .environment = std::move(whole),
                               .working_directory = directory.empty() ? workspace() : directory};
    auto ran = sys::capture(command, std::chrono::minutes(5));
    if (!ran) return fail(ran.error());
    return run::Capture{ran->exit, ran->output + ran->error};
  }
  std::optional<fs::path> find_program(std::string_view name) const override {
    auto host = host_;
    host.environment = environment;
    return host.find_program(name);
  }
  std::string variable(std::string_view name) const override {
    const auto found = environment.find(std::string(name));
    return found == environment.end() ? "" : found->second;
  }

  fs::path workspace() const override { return root_ / "workspace"; }
  fs::path temp() const override { return root_ / "temp"; }
  fs::path home() const override { return root_ / "home"; }
  fs::path tool_cache() const override { return root_ / "tools"; }
  fs::path repository() const override { return root_ / "repository"; }

  const expr::Value& github() const override { return github_; }
  bool job_succeeded_so_far() const override { return succeeded; }
  std::stop_token stop() const override { return {}; }
  const sys::Host& host() const override { return host_; }
  store::Artifacts& artifacts() override { return *artifact_store; }
  store::Caches& caches() override { return *cache_store; }

 private:
  fs::path root_;
  sys::Host host_;
  expr::Value github_;
  const run::BuiltinAction* action_ = nullptr;
};

}  // namespace crema::actions
