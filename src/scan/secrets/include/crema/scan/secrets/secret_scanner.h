// The scanner of secrets: one file at a time, by rules. What it says of a secret never holds it.
#pragma once

#include "crema/scan/core/rule_selection.h"
#include "crema/scan/core/scanner.h"
#include "crema/scan/secrets/secret_rules.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace crema::scan {

struct SecretMatch;
class KeywordIndex;

struct SecretSettings {
  std::shared_ptr<const SecretRules> rules;
  std::string rules_version;  // another where the rules are others
  // For the fingerprints: a text that is not in the repository. "" where there is none; then they
  // are made of the rule, the length and the kinds of characters, and two secrets may look alike.
  std::string key;
  std::size_t decode_depth = 5;  // passes in which encoded text is decoded; 0 for none
  std::vector<Rule> pages;       // the rules as pages, where they come from some
};

class SecretScanner : public Scanner {
 public:
  explicit SecretScanner(SecretSettings settings);
  ~SecretScanner() override;

  std::string_view name() const override { return "secrets"; }
  std::string version() const override;
  std::span<const Rule> rules() const override { return settings_.pages; }
  std::vector<Literal> literals() const override;
  bool takes(const TreeFile&) const override { return true; }
  FileAnswer look_at(const FileView& view) const override;

 private:
  SecretSettings settings_;
  std::unique_ptr<const KeywordIndex> index_;

  void look_at_decoded(const FileView& view, std::vector<SecretMatch>& matches) const;
  Found found_of(const SecretMatch& match, std::string_view path) const;
};

// What `crema scan secrets` is told.
struct SecretScanSettings {
  RuleSelection selection;
  std::vector<Rule> own_rules;  // the team's pages
  SourcePtr gitleaks_config;    // null for none; its rules then take the place of the pages, which
                                // it may name by `extend.useDefault`
  std::function<Result<SourcePtr>(const std::string& path)> read;  // what it extends
  std::string key;                                                 // see fingerprint_key.h
  std::size_t decode_depth = 5;
};

struct SecretScan {
  std::unique_ptr<Scanner> scanner;
  std::vector<Diagnostic> warnings;  // of the configuration
};

// Errors are those of parse_gitleaks_config and secret_rules_of.
Result<SecretScan> make_secret_scanner(SecretScanSettings settings);

}  // namespace crema::scan
