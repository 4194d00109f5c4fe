// What the scanners of a scan are made of: the caller's choice, and what the machine has.
#pragma once

#include "crema/base/result.h"
#include "crema/scan/core/rule_selection.h"
#include "crema/scan/core/scanner.h"
#include "crema/sys/host.h"

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

struct ScanSettings {
  const sys::Host* host = nullptr;  // never null; outlives the scanners
  std::filesystem::path root;
  std::string today;  // "2026-11-25"
  RuleSelection selection;
  std::vector<Rule> team_rules;  // of .crema/rules; each family takes those of its frameworks
  std::filesystem::path helm;    // the program; "" where there is none
  // gitleaks' TOML in the place of our own rules; "" for .gitleaks.toml of the root where there is
  // one, else for ours.
  std::filesystem::path secret_config;
  // For the fingerprints of secrets: a text that is not in the repository.
  std::string fingerprint_key;
  int oldest_advisories = 0;      // days; older ones are as good as none; 0: however old
  std::size_t archive_depth = 2;  // archives within archives that secrets are looked for in
};

// A scanner by what it is asked for.
struct ScannerKind {
  std::string_view name;    // Scanner::name(): "dockerfile"
  std::string_view family;  // of its findings: "infrastructure"
  Result<std::unique_ptr<Scanner>> (*make)(const ScanSettings& settings);
};
std::span<const ScannerKind> scanner_kinds();

// "secrets", "dependencies", "infrastructure"; each as often as it is asked for in short: "deps".
std::vector<std::string_view> scan_families();
// "" where there is no such family.
std::string_view family_called(std::string_view name);

}  // namespace crema::scan
