// A real git checkout of one ref, from the objects of a repository on this machine.
#pragma once

#include "crema/run/action.h"

#include <filesystem>
#include <string>
#include <vector>

namespace crema::actions {

// Output of `git <arguments>` in a folder, trimmed.
Result<std::string> git(run::ActionContext& context, const std::filesystem::path& folder,
                        std::vector<std::string> arguments);

// A clone of owner/name beside the run's own repository whose remote says so. Fails with
// "actions/not-supported", naming the places looked at.
Result<std::filesystem::path> find_local_clone(run::ActionContext& context,
                                               std::string_view repository);

struct CheckoutRequest {
  std::filesystem::path source;  // never written to
  std::filesystem::path target;
  std::string ref;  // branch, tag, commit or full ref; "" for the source's HEAD
  bool clean = true;
  std::vector<std::string> sparse;
  bool sparse_cone = true;
  bool submodules = false;
  bool nested_submodules = false;
  bool lfs = false;
};

// Gives the commit that is in `target` now.
Result<std::string> check_out(run::ActionContext& context, const CheckoutRequest& request);

}  // namespace crema::actions
