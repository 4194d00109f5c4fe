// Pages of rules (scan/core/rule.h) as rules for secrets. A page adds to its metadata
//
//     keywords: [ghp_]                        one of them must be in the file; in any case, but for
//                                             one that has capitals
//     matches:
//       - token: 'ghp_[0-9A-Za-z]{36}'        stands alone, in quotes or not
//         entropy: 3                          in bits a character, which it must be above
//       - near: 'adafruit'                    a name that contains this, an assignment of any
//         value: '[a-z0-9_-]{32}'             language, then a value that is all this
//       - expression: '...'                   as it is; its first group is the secret
//       - path: '\.p12$'                      the file itself
//       - kubernetes: true                    each value of a Kubernetes Secret
//
// and to each match, where it matters: `is` (the one of the page's aliases that this match is, in
// place of all), `keywords` of its own, `local: true` (a keyword is always part of what an
// expression matches, so that only its surroundings are looked at; of `token` and `near` it must
// be), `reach` (the same, and how many bytes that goes behind the keyword's end: 1024 and the rest
// of the line), `path` (only files with such a path), `exact: true` (the case of a value near a
// name counts), `random: true` (it must look like chance), `generic: true` (weaker than any other
// rule), `allow` (expressions on what is no secret after all), `allow_match` and `allow_line` (the
// same on all that matched, and on its line).
#pragma once

#include "crema/scan/core/rule.h"
#include "crema/scan/core/rule_pages.h"
#include "crema/scan/core/rule_selection.h"
#include "crema/scan/secrets/secret_rules.h"

#include <span>
#include <vector>

namespace crema::scan {

// The pages of rules/secrets.
std::span<const RulePage> secret_rule_pages();

// Those of the pages that `selection` takes. With `check`, every expression is compiled now and a
// wrong one is an error, as it must be with a team's own; else when it is first needed. Errors are
// "rule/metadata" and "secrets/expression", with a place in the page.
Result<SecretRules> secret_rules_of(std::span<const Rule> pages, const RuleSelection& selection,
                                    bool check);

// What no rule looks at: paths of media, lock files and vendored code, and place-holders.
const Allowlist& usual_exceptions();

}  // namespace crema::scan
