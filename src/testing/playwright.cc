// Playwright's tests: user journeys in a browser, against a platform that is up.
#include "framework.h"
#include "node_packages.h"
#include "project_walk.h"
#include "reporter_run.h"

#include "crema/sys/files.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace crema::testing {

std::string_view embedded(std::string_view name);  // made by crema_embed

namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 5> kConfigs = {
    "playwright.config.ts", "playwright.config.js", "playwright.config.mjs",
    "playwright.config.cjs", "playwright.config.mts"};

bool is_project(const ProjectFolder& folder) {
  return std::ranges::any_of(kConfigs, [&](auto name) { return folder.has(name); });
}

// Playwright looks for browsers of its own making, by revision. Where they are not, the system's
// Chromium is put in their place: a folder of programs that start it.
class SystemBrowser {
 public:
  SystemBrowser(const TaskServices& services, const fs::path& packages)
      : services_(services), packages_(packages) {}

  // The value of PLAYWRIGHT_BROWSERS_PATH, or none when Playwright's own are there or nothing is.
  Result<std::optional<fs::path>> offer() const {
    const auto chromium = find();
    const auto revisions = read_revisions();
    if (!chromium || revisions.empty() || own_are_there(revisions)) return std::nullopt;
    auto folder = services_.scratch / "browsers";
    constexpr std::array<std::string_view, 5> kPlaces = {
        "chrome-linux/chrome", "chrome-linux64/chrome", "chrome-linux/headless_shell",
        "chrome-headless-shell-linux64/chrome-headless-shell",
        "chrome-linux/chrome-headless-shell"};
    for (const auto& name : revisions) {
      for (const auto place : kPlaces) {
        const auto program = folder / name / place;
        CREMA_TRY(sys::make_directories(program.parent_path()));
        // Chromium's sandbox does not work for root.
        CREMA_TRY(sys::write_file(program, fmt::format("#!/bin/sh\nexec '{}' --no-sandbox \"$@\"\n",
                                                       chromium->string())));
        fs::permissions(program, fs::perms(0755));
      }
      CREMA_TRY(sys::write_file(folder / name / "INSTALLATION_COMPLETE", ""));
    }
    return folder;
  }

 private:
  std::optional<fs::path> find() const {
    for (const auto* name :
         {"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}) {
      if (auto path = services_.host.find_program(name)) return path;
    }
    return std::nullopt;
  }
  // "chromium-1234", "chromium_headless_shell-1234".
  std::vector<std::string> read_revisions() const {
    const auto text = sys::read_file(packages_ / "playwright-core/browsers.json");
    if (!text) return {};
    const auto json = nlohmann::json::parse(*text, nullptr, false);
    std::vector<std::string> names;
    if (!json.is_object()) return names;
    for (const auto& browser : json.value("browsers", nlohmann::json::array())) {
      const auto name = browser.value("name", "");
      const auto revision = browser.value("revision", "");
      if (name == "chromium") names.push_back("chromium-" + revision);
      if (name == "chromium-headless-shell") names.push_back("chromium_headless_shell-" + revision);
    }
    return names;
  }
  bool own_are_there(const std::vector<std::string>& names) const {
    const auto given = services_.host.variable("PLAYWRIGHT_BROWSERS_PATH");
    const auto cache =
        given ? fs::path(*given)
              : fs::path(services_.host.variable("HOME").value_or("/")) / ".cache/ms-playwright";
    std::error_code error;
    return std::ranges::any_of(names,
                               [&](const auto& name) { return fs::exists(cache / name, error); });
  }

  const TaskServices& services_;
  const fs::path& packages_;
};

class PlaywrightTask : public TestTask {
 public:
  PlaywrightTask(const TestRequest& request, std::string folder)
      : request_(request), folder_(std::move(folder)) {}

  std::string folder() const override { return folder_; }

  Result<> run(const TaskServices& services, ProjectReport& report) override {
    const auto place = request_.root / folder_;
    auto environment = services.host.environment;
    environment["PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD"] = "1";
    const auto packages =
        CREMA_TRY(install_node_packages(place, request_.root, environment, services));
    if (const auto browsers = CREMA_TRY(SystemBrowser(services, packages).offer()))
      environment["PLAYWRIGHT_BROWSERS_PATH"] = browsers->string();
    environment["FORCE_COLOR"] = "0";
    const auto reporter = services.scratch / "crema-reporter.cjs";
    CREMA_TRY(sys::write_file(reporter, embedded("playwright_reporter.cjs")));

    auto ran = CREMA_TRY(run_reported({.argv = arguments(packages, reporter, services),
                                       .environment = environment,
                                       .working_directory = place},
                                      {.name = "Playwright",
                                       .root = request_.root,
                                       .project = folder_,
                                       .timeout = request_.options.timeout},
                                      services));
    take_into(report, std::move(ran));
    return {};
  }

 private:
  std::vector<std::string> arguments(const fs::path& packages, const fs::path& reporter,
                                     const TaskServices& services) const {
    std::vector<std::string> words = {
        (packages / ".bin/playwright").string(), "test", "--reporter=" + reporter.string(),
        "--trace=retain-on-failure", "--output=" + (services.scratch / "results").string()};
    if (request_.options.retries > 0)
      words.push_back(fmt::format("--retries={}", request_.options.retries));
    if (request_.shard)
      words.push_back(fmt::format("--shard={}/{}", request_.shard->index, request_.shard->count));
    if (!request_.options.run.empty()) words.push_back("--grep=" + request_.options.run);
    return words;
  }

  const TestRequest& request_;
  std::string folder_;
};

}  // namespace

const Framework kPlaywright{
    .name = "Playwright",
    .program = "node",
    .install = "Debian's packages nodejs and npm",
    .find = [](const TestRequest& request, const sys::Host&) -> Result<TestTasks> {
      TestTasks tasks;
      if (request.part != "e2e") return tasks;
      walk_folders(request.root, "", [&](const ProjectFolder& folder) {
        if (!is_project(folder)) return true;
        if (is_asked_for(request, folder.path))
          tasks.push_back(std::make_unique<PlaywrightTask>(request, folder.path));
        return false;
      });
      return tasks;
    }};

}  // namespace crema::testing
