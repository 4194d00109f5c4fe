#include "crema/scan/scan_run.h"

#include "known_prints.h"
#include "scan_source.h"

#include "crema/scan/archives/archive_scanner.h"
#include "crema/scan/history/base_tree.h"
#include "crema/scan/incidents.h"
#include "crema/scan/waivers/waiver_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace crema::scan {
namespace {

constexpr ScannerKind kArchives{"archives", "secrets", nullptr};

bool wanted(const ScanRequest& request, const ScannerKind& kind) {
  return request.families.empty() ||
         std::ranges::find(request.families, kind.family) != request.families.end();
}

Result<std::vector<MadeScanner>> make_scanners(const ScanRequest& request,
                                               const ScanSettings& settings) {
  using Made = Result<std::unique_ptr<Scanner>>;
  std::vector<std::pair<const ScannerKind*, std::future<Made>>> making;
  for (const auto& kind : scanner_kinds())
    if (wanted(request, kind))
      making.emplace_back(&kind, std::async(std::launch::async,
                                            [&kind, &settings] { return kind.make(settings); }));
  std::vector<MadeScanner> all;
  std::optional<Diagnostic> problem;
  for (auto& [kind, made] : making) {
    auto scanner = made.get();
    if (scanner)
      all.push_back({kind, std::move(*scanner)});
    else if (!problem)
      problem = scanner.error();
  }
  if (problem) return fail(*problem);
  // Archives hold secrets as folders do; what depends on a tree has none in them.
  for (const auto& made : all) {
    if (made.kind->name != "secrets" || settings.archive_depth == 0) continue;
    auto archives =
        CREMA_TRY(ArchiveScanner::create({made.scanner.get()}, {.depth = settings.archive_depth}));
    all.push_back({&kArchives, std::move(archives)});
    break;
  }
  return all;
}

std::string versions_of(std::span<const MadeScanner> all) {
  std::string versions;
  for (const auto& made : all)
    versions += std::string(made.kind->name) + " " + made.scanner->version() + "\n";
  return versions;
}

WalkOptions walk_of(const ScanRequest& request) {
  WalkOptions walk;
  walk.below = request.below;
  return walk;
}

Result<TreeScan> pass(const ScanRequest& request, std::span<const MadeScanner> all,
                      const std::filesystem::path& root, bool is_base,
                      std::optional<SourceTree> walked = {}) {
  std::vector<const Scanner*> scanners;
  for (const auto& made : all) scanners.push_back(made.scanner.get());
  TreeScanRequest tree{
      .root = root, .scanners = scanners, .threads = request.threads, .stop = request.stop};
  tree.walk = walk_of(request);
  if (!is_base) tree.on_progress = request.on_progress;
  if (!is_base && !request.cache.empty()) tree.cache = request.cache / "results";
  return scan_tree(tree, std::move(walked));
}

// Scanners that look beyond the files they are given are made anew for the other tree.
Result<Fingerprints> known_in_base(const ScanRequest& request, const std::string& commit,
                                   std::string_view version) {
  if (auto kept = read_known(request.cache, commit, version)) return std::move(*kept);
  const auto base = CREMA_TRY(export_commit(request.settings.root, commit));
  auto settings = request.settings;
  settings.root = base.root;
  const auto scanners = CREMA_TRY(make_scanners(request, settings));
  Fingerprints prints;
  std::error_code error;
  if (std::filesystem::exists(base.root, error)) {
    const auto scan = CREMA_TRY(pass(request, scanners, base.root, true));
    for (const auto& one : scan.found) prints.insert(one.finding.fingerprint);
    if (scan.interrupted) return prints;
  }
  keep_known(request.cache, commit, version, prints);
  return prints;
}

void mark_known(std::span<Found> all, const Fingerprints& known) {
  for (auto& one : all)
    if (one.finding.state == evidence::FindingState::fresh &&
        known.contains(one.finding.fingerprint))
      one.finding.state = evidence::FindingState::known;
}

Result<> check_names(const RuleSelection& selection, std::span<const MadeScanner> all) {
  std::vector<const Rule*> rules;
  for (const auto& made : all)
    for (const auto& rule : made.scanner->rules()) rules.push_back(&rule);
  const auto unknown = selection.unknown(rules);
  if (unknown.empty()) return {};
  auto error = make_error("scan/rule", fmt::format("no rule is called {}", unknown.front()));
  error.hint = "`crema scan --list-rules` names all of them and what other tools call them";
  error.exit_code = ExitCode::usage;
  return fail(std::move(error));
}

// What was not scanned can be waived as a finding can: by its code and its path.
std::vector<Found> as_findings(std::span<const NotScanned> all) {
  std::vector<Found> found;
  for (const auto& one : all)
    found.push_back({.finding = {.rule = one.code, .locations = {{.path = one.path}}}});
  return found;
}

void split_accepted(std::span<const Found> judged, std::vector<NotScanned> all,
                    ScanOutcome& outcome) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool accepted = judged[i].finding.state == evidence::FindingState::suppressed;
    (accepted ? outcome.accepted : outcome.not_scanned).push_back(std::move(all[i]));
  }
}

// A comment is known by its file and line alone: who reads of it wants to see it.
void show_line(const std::filesystem::path& root, Span& place) {
  if (place.source == nullptr || !place.source->text().empty()) return;
  if (auto text = sys::read_file(root / place.source->path()))
    place.source = std::make_shared<SourceFile>(place.source->path(), std::move(*text));
}

Result<> judge(const ScanRequest& request, TreeScan& scan, ScanOutcome& outcome) {
  auto waivers = request.waivers;
  if (request.use_waiver_files) {
    auto list = CREMA_TRY(read_waiver_files(request.settings.root, scan.files));
    std::ranges::move(list.waivers, std::back_inserter(waivers));
    std::ranges::move(list.warnings, std::back_inserter(outcome.warnings));
  }
  if (!request.use_markers) scan.markers.clear();
  const auto findings = scan.found.size();
  std::ranges::move(as_findings(scan.not_scanned), std::back_inserter(scan.found));
  auto ledger = apply_waivers(scan.found, waivers, scan.markers, request.settings.today);
  split_accepted(std::span(scan.found).subspan(findings), std::move(scan.not_scanned), outcome);
  scan.found.resize(findings);
  // A part of the tree, or one family, says nothing about the others' waivers.
  const bool whole = request.below.empty() && request.families.empty() &&
                     request.settings.selection.only.empty() &&
                     request.settings.selection.frameworks.empty();
  for (auto& warning : ledger.warnings) {
    if (!whole && warning.code == "waiver/unused") continue;
    show_line(request.settings.root, warning.span);
    outcome.warnings.push_back(std::move(warning));
  }
  return {};
}

void describe(std::span<const MadeScanner> all, const RuleSelection& selection,
              ScanOutcome& outcome) {
  for (const auto& made : all) {
    const auto rules = made.scanner->rules();
    ScannerUse use{.name = std::string(made.kind->name),
                   .family = std::string(made.kind->family),
                   .data = made.scanner->data()};
    for (const auto& rule : rules)
      if (selection.takes(rule)) use.rules.push_back(rule.id);
    outcome.scanners.push_back(std::move(use));
    outcome.rules.insert(outcome.rules.end(), rules.begin(), rules.end());
  }
  std::ranges::sort(outcome.rules, {}, &Rule::id);
}

}  // namespace

Result<ScanOutcome> run_scan(const ScanRequest& request) {
  const bool of_tree = request.source == ScanSource::tree;
  auto walking = std::async(std::launch::async, [&]() -> Result<SourceTree> {
    if (!of_tree) return SourceTree();
    return walk_tree(request.settings.root, walk_of(request));
  });
  const auto scanners = CREMA_TRY(make_scanners(request, request.settings));
  CREMA_TRY(check_names(request.settings.selection, scanners));
  ScanOutcome outcome;
  if (!request.base.empty())
    outcome.base = CREMA_TRY(merge_base(request.settings.root, request.base));
  auto scan = of_tree ? CREMA_TRY(pass(request, scanners, request.settings.root, false,
                                       CREMA_TRY(walking.get())))
                      : CREMA_TRY(scan_source(request, scanners));
  CREMA_TRY(judge(request, scan, outcome));
  mark_known(scan.found, request.known);
  if (!outcome.base.empty())
    mark_known(scan.found, CREMA_TRY(known_in_base(request, outcome.base, versions_of(scanners))));
  set_incidents(scan.found);
  describe(scanners, request.settings.selection, outcome);
  outcome.found = std::move(scan.found);
  outcome.files = scan.files.size();
  outcome.bytes = scan.bytes;
  outcome.ignored = scan.ignored;
  outcome.from_cache = scan.from_cache;
  outcome.interrupted = scan.interrupted;
  return outcome;
}

Result<std::vector<Rule>> all_rules(const ScanRequest& request) {
  std::vector<Rule> rules;
  const auto scanners = CREMA_TRY(make_scanners(request, request.settings));
  for (const auto& made : scanners) {
    const auto own = made.scanner->rules();
    rules.insert(rules.end(), own.begin(), own.end());
  }
  std::ranges::sort(rules, {}, &Rule::id);
  return rules;
}

std::vector<evidence::Scan> evidence_of(const ScanOutcome& outcome, std::string_view version) {
  std::map<std::string, evidence::Scan, std::less<>> scans;
  std::map<std::string, std::string, std::less<>> family_of;
  for (const auto& use : outcome.scanners) {
    auto& scan = scans[use.family];
    family_of[use.name] = use.family;
    scan.scanner = "crema";
    scan.version = version;
    scan.family = use.family;
    scan.target = ".";
    scan.files = outcome.files;
    if (!use.data.empty()) scan.data += (scan.data.empty() ? "" : "; ") + use.data;
  }
  for (const auto& one : outcome.found) {
    const auto scan = scans.find(one.finding.family);
    if (scan != scans.end()) scan->second.findings.push_back(one.finding);
  }
  for (auto& [family, scan] : scans) {
    for (const auto& one : outcome.not_scanned) {
      const auto of = family_of.find(one.scanner);
      if (of == family_of.end() ? !one.scanner.empty() : of->second != family) continue;
      scan.not_scanned.push_back({one.path, one.code, one.reason});
    }
    scan.complete = scan.not_scanned.empty() && !outcome.interrupted;
    if (outcome.interrupted)
      scan.message = "it was interrupted";
    else if (!scan.complete)
      scan.message = fmt::format("{} not scanned, the first {}: {}", scan.not_scanned.size(),
                                 scan.not_scanned.front().path, scan.not_scanned.front().reason);
  }
  std::vector<evidence::Scan> all;
  for (const auto family : scan_families())
    if (const auto found = scans.find(family); found != scans.end())
      all.push_back(std::move(found->second));
  return all;
}

}  // namespace crema::scan
