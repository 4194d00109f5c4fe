// The environment jobs on this machine start from: clean, but with what programs need to work here
// (toolchains, package caches, proxies). Every variable that comes through is a row of a table.
#pragma once

#include "crema/run/executor.h"
#include "crema/sys/host.h"

#include <filesystem>
#include <vector>

namespace crema::run {

struct BaseEnvironment {
  sys::Environment variables;  // without HOME and the folders of a job
  std::vector<PlaceRemark> remarks;
};

// The same for all jobs of a run.
BaseEnvironment base_environment(const sys::Host& host);

// The table as text for the manual: one line a variable, with its reason.
std::string describe_environment();

// What a job's private home starts with: the user's settings of package managers that only live in
// files (registries, proxies), and git's safe folders.
Result<> furnish_home(const std::filesystem::path& home, const std::filesystem::path& workspace,
                      const sys::Host& host);

}  // namespace crema::run
