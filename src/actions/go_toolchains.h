// The Go toolchains of this machine, and those the module proxy can add to them.
#pragma once

#include "version_range.h"

#include "crema/run/action.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace crema::actions {

struct GoToolchain {
  Version version;
  std::string name;  // as Go writes it: "1.22rc1"
  std::filesystem::path root;
};

// Every toolchain found on PATH and in the usual places, the newest first.
std::vector<GoToolchain> installed_go(const run::ActionContext& context);

// The newest toolchain for a version, a range, `stable` or `oldstable`: an installed one (unless
// `newest` asks the proxy first), else one downloaded through the module proxy into the tool cache.
// Fails with "actions/no-such-go", naming what is installed.
Result<GoToolchain> provide_go(run::ActionContext& context, std::string_view spec, bool newest);

// The version that a go.mod, go.work, .tool-versions or .go-version file asks for; "" when none.
std::string go_version_in(std::string_view file_name, std::string_view text, bool prefer_toolchain);

}  // namespace crema::actions
