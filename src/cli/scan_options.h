// What `crema scan` is told: its words and options, and the request they make.
#pragma once

#include "project.h"

#include "crema/scan/scan_run.h"

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace crema::cli {

struct ScanOptions {
  std::vector<std::string> words;  // families, then a path
  scan::RuleSelection selection;
  std::string config;  // gitleaks' TOML
  std::string rules;   // a folder of pages
  std::string range;   // of commits
  bool staged = false, history = false;
  std::size_t archive_depth = 2;
  int oldest_advisories = 0;
  std::string base, baseline;  // a revision, a file
  std::string write_baseline;
  std::string policy;
  std::string fail_on;  // a severity, "none"; "": the policy decides
  std::string severity = "note";
  std::optional<int> exit_code;
  bool no_fail = false, allow_not_scanned = false;
  bool no_cache = false, no_inline = false, no_waivers = false;
  bool only_new = false, all = false, no_keep = false;
  std::size_t threads = 0;
  std::string format = "text";
  std::string sarif, sarif_full, json, junit, markdown;  // files
  bool pre_receive = false, force = false;               // of install-hook
  bool list_rules = false;
  std::string explain;
};

void declare(CLI::App& app, ScanOptions& options);

// Errors are "cli/usage", "scan/no-such-path", and those of a baseline.
Result<scan::ScanRequest> request_of(const sys::Host& host, const Project& project,
                                     ScanOptions& options);

}  // namespace crema::cli
