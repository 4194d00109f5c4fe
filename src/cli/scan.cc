// `crema scan`: secrets, dependencies and infrastructure in one pass.
#include "arguments.h"
#include "evidence_run.h"
#include "left_evidence.h"
#include "output.h"
#include "scan_documents.h"
#include "scan_options.h"
#include "scan_progress.h"
#include "scan_rules.h"
#include "scan_text.h"
#include "scan_verdict.h"

#include "crema/evidence/sarif.h"
#include "crema/scan/baseline.h"
#include "crema/scan/history/hooks.h"
#include "crema/sys/files.h"
#include "crema/sys/signals.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace crema::cli {
namespace {

Result<int> show_rules(const sys::Host& host, const ScanOptions& options,
                       const scan::ScanRequest& request) {
  const auto rules = CREMA_TRY(scan::all_rules(request));
  if (options.list_rules) {
    print(options.format == "json" ? rules_json(rules) : rules_text(rules, output_style(host)));
    return 0;
  }
  const auto page = rule_page(rules, options.explain, output_style(host));
  if (page.empty()) {
    auto error = make_error("scan/rule", "no rule is called " + options.explain);
    error.hint = "`crema scan --list-rules` names all of them and what other tools call them";
    return fail(std::move(error));
  }
  print(page);
  return 0;
}

// The judge's and the page's; a reader who asks for less sees less.
scan::ScanOutcome from_severity(scan::ScanOutcome outcome, const std::string& least) {
  const auto from = evidence::finding_severity(least).value_or(evidence::FindingSeverity::note);
  std::erase_if(outcome.found, [&](const auto& one) { return one.finding.severity < from; });
  return outcome;
}

Result<> keep(const sys::Host& host, const Project& project, bool passed, const std::string& log,
              std::vector<evidence::Scan> scans) {
  std::vector<evidence::Evidence> left(std::make_move_iterator(scans.begin()),
                                       std::make_move_iterator(scans.end()));
  if (const auto step = host.variable("CREMA_EVIDENCE"))
    return leave_records(*step, host, std::move(left));
  auto run = CREMA_TRY(EvidenceRun::begin(host, project, "crema scan"));
  CREMA_TRY(run.add_job({.name = "scan", .step = "Scan"}, host.clock->wall(), passed, log,
                        std::move(left)));
  return run.finish(passed);
}

std::string document_of(std::string_view format, const scan::ScanOutcome& outcome,
                        const gate::Verdict& verdict, std::span<const evidence::Scan> scans) {
  if (format == "json") return scan_json(outcome, verdict);
  if (format == "junit") return scan_junit(outcome);
  if (format == "markdown") return scan_markdown(outcome, verdict);
  return evidence::sarif_json(
      scans, format == "sarif" ? evidence::SarifProfile::github : evidence::SarifProfile::full);
}

Result<> write_files(const sys::Host& host, const ScanOptions& options,
                     const scan::ScanOutcome& outcome, const gate::Verdict& verdict,
                     std::span<const evidence::Scan> scans) {
  const std::pair<const std::string&, std::string_view> files[] = {
      {options.sarif, "sarif"},
      {options.sarif_full, "sarif-full"},
      {options.json, "json"},
      {options.junit, "junit"},
      {options.markdown, "markdown"}};
  for (const auto& [file, format] : files)
    if (!file.empty())
      CREMA_TRY(sys::write_file_atomically(host.working_directory / file,
                                           document_of(format, outcome, verdict, scans)));
  if (!options.write_baseline.empty())
    CREMA_TRY(sys::write_file_atomically(host.working_directory / options.write_baseline,
                                         scan::baseline_json(outcome.found)));
  return {};
}

Result<int> scan_and_tell(const sys::Host& host, const Project& project, const ScanOptions& options,
                          scan::ScanRequest request) {
  std::stop_source stop;
  const sys::SignalWatcher signals(stop, [] { ::_exit(static_cast<int>(ExitCode::interrupted)); });
  request.stop = stop.get_token();
  const auto begin = host.clock->monotonic();
  scan::ScanOutcome outcome;
  {
    ScanProgress progress(host);
    request.on_progress = [&](std::size_t done, std::size_t all) { progress.update(done, all); };
    outcome = CREMA_TRY(scan::run_scan(request));
  }
  const auto took = host.clock->monotonic() - begin;
  auto whole = scan::evidence_of(outcome, CREMA_VERSION);
  std::vector<evidence::Scan> shorter;
  if (options.severity != "note") {
    outcome = from_severity(std::move(outcome), options.severity);
    shorter = scan::evidence_of(outcome, CREMA_VERSION);
  }
  auto& scans = options.severity == "note" ? whole : shorter;
  const auto verdict = CREMA_TRY(verdict_of(host, project, options, scans));
  const auto style = output_style(host);
  const ScanTextOptions shown{
      .root = project.root, .all = options.all, .only_new = options.only_new};
  if (options.format == "text") {
    print(findings_text(outcome, shown, style));
    if (!outcome.warnings.empty()) (void)report(outcome.warnings, host);
    print(scan_summary_text(outcome, verdict, took, style));
  } else {
    print(document_of(options.format, outcome, verdict, scans));
  }
  CREMA_TRY(write_files(host, options, outcome, verdict, scans));
  if (const auto file = host.variable("GITHUB_STEP_SUMMARY"); file && !options.no_keep)
    std::ofstream(*file, std::ios::app) << scan_markdown(outcome, verdict);
  const int code = exit_code_of(outcome, verdict, options);
  // What commits and texts hold is asked before they are part of anything.
  if (!options.no_keep && request.source == scan::ScanSource::tree)
    CREMA_TRY(
        keep(host, project, code == 0,
             findings_text(outcome, shown, {}) + scan_summary_text(outcome, verdict, took, {}),
             std::move(whole)));
  return code;
}

Result<int> install(const sys::Host& host, const Project& project, const ScanOptions& options) {
  const auto kind = options.pre_receive ? scan::HookKind::pre_receive : scan::HookKind::pre_commit;
  const auto hook =
      CREMA_TRY(scan::install_hook(project.root, kind, host.executable, options.force));
  print(fmt::format("{} {}\n", hook.path.string(),
                    hook.changed ? "now looks for secrets" : "is there already"));
  if (!hook.put_aside.empty())
    print(fmt::format("the hook that was there runs first: {}\n", hook.put_aside.string()));
  return 0;
}

Result<int> run(const sys::Host& host, ScanOptions& options) {
  const auto project = find_project(host);
  if (options.words == std::vector<std::string>{"install-hook"})
    return install(host, project, options);
  auto request = CREMA_TRY(request_of(host, project, options));
  if (options.list_rules || !options.explain.empty()) return show_rules(host, options, request);
  return scan_and_tell(host, project, options, std::move(request));
}

}  // namespace

int run_scan(CommandContext& context) {
  ScanOptions options;
  if (const auto ended =
          parse_arguments(context, "scan", [&](CLI::App& app) { declare(app, options); }))
    return *ended;
  const auto code = run(context.host, options);
  return code ? *code : report(code.error(), context.host);
}

}  // namespace crema::cli
