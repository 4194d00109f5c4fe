// `permissions:` and whether a called workflow asks for more than its caller has. Source:
// actions/runner Permissions and PermissionsHelper.
#pragma once

#include "crema/workflow/parse.h"

namespace crema::workflow {

// From a token the schema has accepted: a shorthand or a mapping of levels.
Permissions permissions_of(const Token& token);

// What a token has without any `permissions:`, by the repository's setting.
Permissions default_permissions(DefaultPermissions setting);

std::string_view to_text(PermissionLevel level);

// What is asked for beyond what is allowed: "actions: write, contents: write"; "" when nothing is.
struct Excess {
  std::string requested;
  std::string allowed;  // the same scopes with what they may be
};
Excess excess_of(const Permissions& requested, const Permissions& allowed);

}  // namespace crema::workflow
