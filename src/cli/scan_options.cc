#include "scan_options.h"

#include "crema/evidence/timestamp.h"
#include "crema/scan/baseline.h"
#include "crema/scan/core/rule_pages.h"
#include "crema/scan/secrets/fingerprint_key.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <thread>

namespace crema::cli {
namespace {

namespace fs = std::filesystem;

void declare_choice(CLI::App& app, ScanOptions& options) {
  auto& selection = options.selection;
  app.add_option("--framework", selection.frameworks, "only these: kubernetes, dockerfile, ...")
      ->delimiter(',');
  app.add_option("--rule", selection.only, "only these rules, by any of their names")
      ->delimiter(',');
  app.add_option("--skip-rule", selection.skipped, "all rules but these")->delimiter(',');
  app.add_option("--severity", options.severity, "only findings at least this severe")
      ->check(CLI::IsMember({"note", "low", "medium", "high", "critical"}));
  app.add_option("--config", options.config, "gitleaks' configuration, instead of crema's rules");
  app.add_option("--git", options.range, "what these commits added: main..HEAD");
  app.add_flag("--staged", options.staged, "what the next commit adds");
  app.add_flag("--history", options.history, "every version of every file");
  app.add_option("--max-archive-depth", options.archive_depth, "archives within archives");
  app.add_option("--oldest-advisories", options.oldest_advisories,
                 "days: older ones count as not scanned")
      ->check(CLI::Range(1, 10'000));
  app.add_option("--rules", options.rules, "the team's own rules, instead of .crema/rules");
  app.add_flag("--pre-receive,!--pre-commit", options.pre_receive, "of install-hook: which one");
  app.add_flag("--force", options.force, "of install-hook: put a hook that is there aside");
  app.add_flag("--list-rules", options.list_rules, "name the rules");
  app.add_option("--explain", options.explain, "show a rule's page");
}

void declare_verdict(CLI::App& app, ScanOptions& options) {
  app.add_option("--base", options.base, "what is there too is known: a branch, tag or commit");
  app.add_option("--baseline", options.baseline, "what is in this file is known");
  app.add_option("--write-baseline", options.write_baseline, "keep what was found as a baseline");
  app.add_flag("--new", options.only_new, "show only what is new");
  app.add_option("--policy", options.policy, "instead of crema.yml");
  app.add_option("--fail-on", options.fail_on, "fail from this severity on, instead of the policy")
      ->check(CLI::IsMember({"note", "low", "medium", "high", "critical", "none"}));
  app.add_option("--exit-code", options.exit_code, "when findings fail, instead of 1")
      ->check(CLI::Range(0, 255));
  app.add_flag("--no-fail", options.no_fail, "end with 0 whatever was found");
  app.add_flag("--allow-not-scanned", options.allow_not_scanned,
               "do not end with 3 where something was not scanned");
  app.add_flag("--no-inline", options.no_inline, "comments do not take findings back");
  app.add_flag("--no-waivers", options.no_waivers, "files of waivers are not read");
}

void declare_outputs(CLI::App& app, ScanOptions& options) {
  app.add_option("--format", options.format, "text, json, sarif, sarif-full, junit or markdown")
      ->check(CLI::IsMember({"text", "json", "sarif", "sarif-full", "junit", "markdown"}));
  app.add_option("--sarif", options.sarif, "write SARIF for GitHub to a file");
  app.add_option("--sarif-full", options.sarif_full, "write SARIF with what is suppressed");
  app.add_option("--json", options.json, "write JSON to a file");
  app.add_option("--junit", options.junit, "write JUnit XML to a file");
  app.add_option("--markdown", options.markdown, "write a summary to a file");
  app.add_flag("--all", options.all, "show every finding");
  app.add_flag("--no-keep", options.no_keep, "leave no evidence");
  app.add_flag("--no-cache", options.no_cache, "read every file");
  app.add_option("--threads", options.threads, "how many; as many as there are cores");
}

auto usage(std::string message, std::string hint) {
  auto error = make_error("cli/usage", std::move(message));
  error.hint = std::move(hint);
  return fail(std::move(error));
}

// The path in the tree that a word names; the tree itself is "".
Result<std::string> path_in_tree(const sys::Host& host, const fs::path& root,
                                 const std::string& word) {
  std::error_code error;
  const auto path = fs::canonical(host.working_directory / word, error);
  if (error) {
    return usage(fmt::format("there is no family, file or folder '{}'", word),
                 "families are secrets, deps and infra");
  }
  auto below = path.lexically_relative(fs::canonical(root, error)).generic_string();
  if (below == ".") return std::string();
  if (below.starts_with(".."))
    return usage(fmt::format("{} is not in the repository at {}", word, root.string()),
                 "`crema -C FOLDER scan` scans another one");
  return below;
}

Result<> take_words(const sys::Host& host, const fs::path& root, const ScanOptions& options,
                    scan::ScanRequest& request) {
  for (const auto& word : options.words) {
    if (word == "-") continue;
    if (const auto family = scan::family_called(word); !family.empty()) {
      request.families.emplace_back(family);
      continue;
    }
    auto path = CREMA_TRY(path_in_tree(host, root, word));
    if (!path.empty()) request.below.push_back(std::move(path));
  }
  return {};
}

// Beside the tree itself only secrets are looked for: the others judge files beside each other.
Result<> choose_source(const sys::Host& host, ScanOptions& options, scan::ScanRequest& request) {
  const bool text = std::erase(options.words, "-") > 0;
  const int chosen = static_cast<int>(text) + static_cast<int>(!options.range.empty()) +
                     static_cast<int>(options.staged) + static_cast<int>(options.history);
  if (chosen == 0) return {};
  if (chosen > 1)
    return usage("--git, --staged, --history and - exclude each other", "choose one of them");
  if (request.families.empty()) request.families = {"secrets"};
  if (request.families != std::vector<std::string>{"secrets"})
    return usage("only secrets are looked for in commits and texts", "crema scan secrets ...");
  request.range = options.range;
  request.in_hook = host.variable("GIT_INDEX_FILE") || host.variable("GIT_QUARANTINE_PATH");
  request.source = text              ? scan::ScanSource::text
                   : options.history ? scan::ScanSource::history
                   : options.staged  ? scan::ScanSource::staged
                                     : scan::ScanSource::commits;
  if (text) request.text.assign(std::istreambuf_iterator<char>(std::cin), {});
  request.base.clear();
  return {};
}

// In a pull request the branch it goes to, unless somebody says otherwise.
std::string base_of(const sys::Host& host, const ScanOptions& options) {
  if (!options.base.empty() || !options.baseline.empty()) return options.base;
  const auto branch = host.variable("GITHUB_BASE_REF").value_or("");
  return branch.empty() ? "" : "origin/" + branch;
}

}  // namespace

void declare(CLI::App& app, ScanOptions& options) {
  app.add_option("families_and_paths", options.words, "secrets, deps, infra; then paths");
  declare_choice(app, options);
  declare_verdict(app, options);
  declare_outputs(app, options);
}

Result<scan::ScanRequest> request_of(const sys::Host& host, const Project& project,
                                     ScanOptions& options) {
  scan::ScanRequest request{
      .settings = {.host = &host,
                   .root = project.root,
                   .today = evidence::timestamp_text(host.clock->wall()).substr(0, 10),
                   .selection = options.selection,
                   .fingerprint_key = CREMA_TRY(scan::fingerprint_key(host))},
      .base = base_of(host, options),
      .use_markers = !options.no_inline,
      .use_waiver_files = !options.no_waivers,
      .threads = options.threads};
  CREMA_TRY(take_words(host, project.root, options, request));
  CREMA_TRY(choose_source(host, options, request));
  request.settings.archive_depth = options.archive_depth;
  request.settings.oldest_advisories = options.oldest_advisories;
  if (request.threads == 0) request.threads = std::max(1U, std::thread::hardware_concurrency());
  if (!options.config.empty())
    request.settings.secret_config = host.working_directory / options.config;
  request.settings.helm = host.find_program("helm").value_or(fs::path());
  std::error_code error;
  const auto rules = options.rules.empty() ? project.root / ".crema" / "rules"
                                           : host.working_directory / options.rules;
  if (!options.rules.empty() || fs::is_directory(rules, error))
    request.settings.team_rules = CREMA_TRY(scan::read_rules(rules));
  if (!options.no_cache) request.cache = project.store / "cache" / "scan";
  if (!options.baseline.empty()) {
    auto baseline = CREMA_TRY(scan::read_baseline(host.working_directory / options.baseline,
                                                  request.settings.fingerprint_key, project.root));
    request.known = std::move(baseline.prints);
    request.waivers = std::move(baseline.waivers);
  }
  return request;
}

}  // namespace crema::cli
