// Rules for secrets, in the schema of gitleaks' TOML and with its meaning (v8, config and detect),
// so that a team's configuration loads unchanged.
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"
#include "crema/evidence/finding.h"

#include <bitset>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace crema::scan {

// A regular expression of Go's syntax, which is RE2's; none where it is empty. Copies share it.
class Expression {
 public:
  Expression() = default;
  // Compiled when it is first needed: of hundreds of rules few meet their words in a tree. By any
  // thread. A text that is no expression matches nothing.
  static Expression later(std::string text);

  explicit operator bool() const { return state_ != nullptr; }
  std::string_view text() const;
  const re2::RE2& operator*() const;
  const re2::RE2* operator->() const { return &**this; }

 private:
  struct State;
  std::shared_ptr<State> state_;
};
// An error is "secrets/expression" at the place.
Result<Expression> compile_expression(std::string_view text, const Span& place);

// What is no secret after all.
struct Allowlist {
  enum class Target : char { secret, match, line };
  std::string description;
  bool all_must_hold = false;  // condition = "AND"; else one is enough
  std::vector<std::string> commits;
  std::vector<Expression> paths;
  Target target = Target::secret;
  std::vector<Expression> expressions;
  std::vector<std::string> stop_words;  // in lower case, anywhere in the secret
};

struct RequiredRule {
  std::string id;
  std::optional<std::int64_t> within_lines;
  std::optional<std::int64_t> within_columns;
};

struct SecretRule {
  std::string id;
  std::string description;
  Expression expression;  // null for a rule of paths alone
  Expression path;
  std::size_t group = 0;  // 0: the first that is not empty, or all of the match
  double entropy = 0;     // a secret's must be above it; 0 for none
  // One of them must be in the text: in any case, but for one that has capitals.
  std::vector<std::string> keywords;
  // Where a keyword is always part of what matches: how far that goes before its end and behind it,
  // so that not all of the text needs to be looked at. 0: nobody knows.
  std::size_t before_keyword = 0;
  std::size_t behind_keyword = 0;
  // Where a secret is known to hold a digit and to be nothing but so many of these bytes, behind
  // the keyword: the expression is only asked where such a run is. 0: nobody knows.
  std::size_t shortest_run = 0;
  std::bitset<256> run_of;
  std::vector<std::string> tags;
  std::vector<Allowlist> allowlists;
  std::vector<RequiredRule> required;
  bool skip_report = false;  // only as another rule's companion
  evidence::FindingSeverity severity = evidence::FindingSeverity::high;
  std::vector<std::string> aliases;  // what else it is called: gitleaks' ids, CWEs
  std::string fix;                   // what to do about it
  std::string help_uri;
  // Whether a secret must also look like chance: see looks_random.
  bool random = false;
  // Values of Kubernetes Secrets, which no expression finds.
  bool kubernetes = false;
  // Weaker than any other rule on the same place.
  bool generic = false;
};

struct SecretRules {
  std::vector<SecretRule> rules;
  std::vector<Allowlist> allowlists;  // for all rules
  const SecretRule* find(std::string_view id) const;
  // Another where they find something else.
  std::string digest() const;
};

// Reads what `extend.path` names, relative to the folder of the file that names it; and what
// `extend.useDefault` means.
struct ConfigLoader {
  std::function<Result<SourcePtr>(const std::string& path)> read;
  const SecretRules* defaults = nullptr;
};

struct GitleaksConfig {
  SecretRules rules;
  std::vector<Diagnostic> warnings;
};

// Errors are "toml/syntax", "secrets/config" and "secrets/expression", with a place. As in
// gitleaks, two files may extend each other in a row, and keys nobody knows are warnings.
Result<GitleaksConfig> parse_gitleaks_config(const SourcePtr& file, const ConfigLoader& loader);

}  // namespace crema::scan
