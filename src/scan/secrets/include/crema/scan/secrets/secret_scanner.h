// The scanner of secrets: one file at a time, by rules. What it says of a secret never holds it.
#pragma once

#include "crema/scan/core/scanner.h"
#include "crema/scan/secrets/secret_rules.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace crema::scan {

struct SecretSettings {
  std::shared_ptr<const SecretRules> rules;
  std::string rules_version;  // another where the rules are others
  // For the fingerprints: a text that is not in the repository. "" where there is none; then they
  // are made of the rule, the length and the kinds of characters, and two secrets may look alike.
  std::string key;
};

class SecretScanner : public Scanner {
 public:
  explicit SecretScanner(SecretSettings settings);

  std::string_view name() const override { return "secrets"; }
  std::string version() const override;
  std::span<const Rule> rules() const override { return {}; }
  std::vector<Literal> literals() const override;
  bool takes(const TreeFile&) const override { return true; }
  FileAnswer look_at(const FileView& view) const override;

 private:
  SecretSettings settings_;
  std::vector<std::string> keywords_;                    // each once
  std::vector<std::vector<const SecretRule*>> wanting_;  // by keyword, those that wait for it
  std::vector<const SecretRule*> always_;                // without keywords

  std::vector<const SecretRule*> candidates(std::span<const std::uint32_t> literals) const;
};

}  // namespace crema::scan
