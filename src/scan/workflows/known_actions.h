// Facts about actions that the whole world uses: which are archived, known to be vulnerable, easily
// mistyped, which run a script that they are given, which cache. Names in lower case.
#pragma once

#include "workflow_file.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace crema::scan {

// Inputs of an action that are run as code.
std::span<const std::string_view> code_inputs(const Uses& uses);
// Whether an output of an action holds what strangers write: names of changed files, of branches.
bool gives_free_text(const Uses& uses, std::string_view output);

bool is_archived(const Uses& uses);

struct KnownVulnerability {
  std::string_view action;    // "tj-actions/changed-files"
  std::string_view advisory;  // "GHSA-mrrh-fwg8-r2c3"
  std::string_view alias;     // "CVE-2025-30066"; may be empty
  std::string_view since;     // the first version that has it; empty: all before `fixed`
  std::string_view fixed;     // the first one without it
  std::string_view what;
};
// The one that a version of an action has. A hash says nothing of its version, unless a comment
// behind it does: `version` is what is to be held against the table, "v1.2.3".
const KnownVulnerability* known_vulnerability(const Uses& uses, std::string_view version);

// The well-known action that this one's name is one letter away from; "" for none.
std::string_view mistyped(const Uses& uses);
// What makes an action superfluous: a program every runner of GitHub's has; "" for none.
std::string_view instead_of(const Uses& uses);

}  // namespace crema::scan
