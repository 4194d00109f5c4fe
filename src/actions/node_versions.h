// The Node.js versions of this machine, those the npm registry can add, and the files that ask for
// one.
#pragma once

#include "version_range.h"

#include "crema/run/action.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace crema::actions {

struct NodeVersion {
  Version version;
  std::filesystem::path bin;  // the folder of the `node` program
};

// Every Node.js on PATH and of the usual version managers, the newest first.
std::vector<NodeVersion> installed_node(run::ActionContext& context);

// For a version, a range, `lts/*`, `lts/<name>`, `latest`, `current` or `node`: the newest
// installed one, else one from the npm registry's package `node`. Fails with
// "actions/no-such-node", naming what is installed.
Result<NodeVersion> provide_node(run::ActionContext& context, std::string_view spec, bool newest);

// What .nvmrc, .node-version, .tool-versions or package.json (volta, devEngines, engines) asks for;
// "" when nothing.
Result<std::string> node_version_in(const std::filesystem::path& file);

}  // namespace crema::actions
