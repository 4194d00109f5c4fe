// `crema cover`: what the tests of a run covered.
#include "arguments.h"
#include "cover_text.h"
#include "coverage_facts.h"
#include "output.h"
#include "run_choice.h"

#include "crema/evidence/go_profile.h"
#include "crema/sys/files.h"
#include "crema/testing/go_module.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace crema::cli {
namespace {

struct CoverOptions {
  std::string run = "latest";
  CoverView view;
  std::vector<std::string> profiles;
  std::string format = "text";
};

void declare(CLI::App& app, CoverOptions& options) {
  app.add_option("run", options.run, "a number or latest");
  app.add_option("--threshold", options.view.threshold, "percent")->check(CLI::Range(0.0, 100.0));
  app.add_option("--base", options.view.base, "what new lines are new to");
  app.add_option("--by", options.view.by, "what to list")
      ->check(CLI::IsMember({"service", "package", "file"}));
  app.add_flag("--functions", options.view.functions, "name every function that is not covered");
  app.add_option("--coverprofile", options.profiles, "read this profile")->expected(1)->take_all();
  app.add_option("--format", options.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
}

// All that one run measured; nothing where it measured nothing.
Result<std::optional<evidence::Coverage>> measured_in(store::Store& store,
                                                      store::RunNumber number) {
  std::optional<evidence::Coverage> whole;
  for (const auto& record : CREMA_TRY(store.records(number))) {
    const auto* coverage = std::get_if<evidence::Coverage>(&record.evidence);
    if (coverage == nullptr) continue;
    if (!whole) whole.emplace();
    merge_into(*whole, *coverage);
  }
  return whole;
}

Result<evidence::Coverage> coverage_of_run(const sys::Host& host, const std::string& which) {
  if (which != "latest") {
    const auto opened = CREMA_TRY(open_run(host, which));
    if (auto coverage = CREMA_TRY(measured_in(*opened.store, opened.run.number)))
      return std::move(*coverage);
    return fail("cover/nothing-measured",
                fmt::format("run {} measured no coverage", opened.run.number));
  }
  if (const auto own = CREMA_TRY(open_own_run(host))) {
    if (auto coverage = CREMA_TRY(measured_in(*own->store, own->run.number)))
      return std::move(*coverage);
    return fail("cover/nothing-measured", "no step of this run has measured coverage yet");
  }
  const auto store = CREMA_TRY(open_store(host));
  for (const auto& run : CREMA_TRY(store->list_runs(store::kRunsKept))) {
    if (auto coverage = CREMA_TRY(measured_in(*store, run.number))) return std::move(*coverage);
  }
  auto error = make_error("cover/nothing-measured", "no run measured coverage yet");
  error.hint = "`crema test unit` measures it";
  return fail(std::move(error));
}

Result<evidence::Coverage> coverage_of_files(const sys::Host& host,
                                             const std::vector<std::string>& files,
                                             const std::vector<testing::GoModule>& modules) {
  evidence::Coverage whole;
  for (const auto& file : files) {
    auto text = CREMA_TRY(sys::read_file(host.working_directory / file));
    auto profile =
        CREMA_TRY(evidence::read_go_profile(std::make_shared<SourceFile>(file, std::move(text))));
    merge_into(whole, profile);
  }
  std::vector<evidence::GoModulePath> paths;
  for (const auto& module : modules) paths.emplace_back(module.path, module.folder);
  place_go_files(whole, paths);
  return whole;
}

Result<int> cover(const sys::Host& host, CoverOptions& options) {
  const auto project = find_project(host);
  const auto modules = testing::find_go_modules(project.root);
  const auto coverage =
      CREMA_TRY(options.profiles.empty() ? coverage_of_run(host, options.run)
                                         : coverage_of_files(host, options.profiles, modules));
  const auto report = CREMA_TRY(coverage_facts(host, project.root, coverage, options.view.base));
  print(options.format == "json" ? cover_json(report, options.view)
                                 : cover_text(report, options.view, output_style(host)));
  const bool failed = std::ranges::any_of(report.services, [&](const auto& service) {
    return below(service.total, options.view.threshold);
  });
  return failed ? static_cast<int>(ExitCode::failed) : 0;
}

}  // namespace

int run_cover(CommandContext& context) {
  CoverOptions options;
  if (const auto ended =
          parse_arguments(context, "cover", [&](CLI::App& app) { declare(app, options); }))
    return *ended;
  const auto code = cover(context.host, options);
  return code ? *code : report(code.error(), context.host);
}

}  // namespace crema::cli
