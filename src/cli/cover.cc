// `crema cover`: what the tests of a run covered.
#include "arguments.h"
#include "cover_files.h"
#include "cover_text.h"
#include "coverage_facts.h"
#include "gate_facts.h"
#include "output.h"
#include "run_choice.h"

#include "crema/evidence/go_profile.h"
#include "crema/evidence/import.h"
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
  std::string policy;
  CoverFiles files;
  std::string format = "text";
};

void declare(CLI::App& app, CoverOptions& options) {
  app.add_option("run", options.run, "a number or latest");
  app.add_option("--threshold", options.view.threshold, "percent")->check(CLI::Range(0.0, 100.0));
  app.add_option("--policy", options.policy, "instead of crema.yml");
  app.add_option("--badge", options.files.badge, "write the total as a picture");
  app.add_option("--lcov", options.files.lcov, "write an LCOV tracefile");
  app.add_option("--cobertura", options.files.cobertura, "write Cobertura's XML");
  app.add_option("--html", options.files.html, "write the sources with what ran of them");
  app.add_option("--base", options.view.base, "what new lines are new to");
  app.add_option("--by", options.view.by, "what to list")
      ->check(CLI::IsMember({"service", "package", "file", "function"}));
  app.add_flag("--functions", options.view.functions, "name every function that is not covered");
  app.add_option("--coverprofile", options.profiles, "read this profile")->expected(1)->take_all();
  app.add_option("--format", options.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
}

struct Measured {
  evidence::Coverage coverage;
  std::optional<OpenedRun> run;  // none where files say it
};

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

Result<Measured> measured_by(OpenedRun opened, std::string_view nothing) {
  auto coverage = CREMA_TRY(measured_in(*opened.store, opened.run.number));
  if (!coverage) return fail("cover/nothing-measured", std::string(nothing));
  return Measured{std::move(*coverage), std::move(opened)};
}

Result<Measured> coverage_of_run(const sys::Host& host, const std::string& which) {
  if (which != "latest") {
    auto opened = CREMA_TRY(open_run(host, which));
    const auto nothing = fmt::format("run {} measured no coverage", opened.run.number);
    return measured_by(std::move(opened), nothing);
  }
  if (auto own = CREMA_TRY(open_own_run(host)))
    return measured_by(std::move(*own), "no step of this run has measured coverage yet");
  auto store = CREMA_TRY(open_store(host));
  for (const auto& run : CREMA_TRY(store->list_runs(store::kRunsKept))) {
    auto coverage = CREMA_TRY(measured_in(*store, run.number));
    if (!coverage) continue;
    auto whole = CREMA_TRY(store->find_run(run.number));
    return Measured{std::move(*coverage), OpenedRun{std::move(store), std::move(whole)}};
  }
  auto error = make_error("cover/nothing-measured", "no run measured coverage yet");
  error.hint = "`crema test unit` measures it";
  return fail(std::move(error));
}

Result<Measured> coverage_of_files(const sys::Host& host, const std::filesystem::path& root,
                                   const std::vector<std::string>& files,
                                   const std::vector<testing::GoModule>& modules) {
  evidence::Coverage whole;
  for (const auto& file : files) {
    auto text = CREMA_TRY(sys::read_file(host.working_directory / file));
    const auto source = std::make_shared<SourceFile>(file, std::move(text));
    for (const auto& one : CREMA_TRY(evidence::import_evidence(source, {.folder = root}))) {
      if (const auto* coverage = std::get_if<evidence::Coverage>(&one))
        merge_into(whole, *coverage);
    }
  }
  std::vector<evidence::GoModulePath> paths;
  paths.reserve(modules.size());
  for (const auto& module : modules) paths.emplace_back(module.path, module.folder);
  place_go_files(whole, paths);
  return Measured{std::move(whole), std::nullopt};
}

Result<int> cover(const sys::Host& host, CoverOptions& options) {
  const auto project = find_project(host);
  const auto modules = testing::find_go_modules(project.root);
  options.view.policy = CREMA_TRY(policy_of(host, project.root, options.policy));
  const auto measured = CREMA_TRY(
      options.profiles.empty() ? coverage_of_run(host, options.run)
                               : coverage_of_files(host, project.root, options.profiles, modules));
  const auto report =
      CREMA_TRY(coverage_facts(host, project.root, measured.coverage, options.view.base));
  print(options.format == "json" ? cover_json(report, options.view)
                                 : cover_text(report, options.view, output_style(host)));
  const bool failed = std::ranges::any_of(
      report.services, [&](const auto& service) { return falls_short(service, options.view); });
  CREMA_TRY(write_cover_files(host, options.files,
                              {.report = report,
                               .failed = failed,
                               .project = project,
                               .run = measured.run ? &*measured.run : nullptr}));
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
