// The ids of jobs and steps: which are allowed, and those made up for steps without one
// ("__run", "__actions_checkout_2"). Source: actions/runner IdBuilder.
#pragma once

#include "crema/base/result.h"
#include "crema/base/strings.h"

#include <set>
#include <string>
#include <string_view>

namespace crema::workflow {

// The ids of one scope: the jobs of a workflow or the steps of a job.
class Ids {
 public:
  // Takes a written id, or says why it cannot be one. `usable` tells whether crema could still work
  // with it (it is unique).
  Result<> add(std::string_view id, bool& usable);
  // A new id from a text in which any other character becomes `_`.
  std::string make(std::string_view text);
  bool contains(std::string_view id) const { return taken_.contains(id); }

 private:
  std::set<std::string, IgnoreCaseLess> taken_;
};

// What the id of a step that runs an action is made from: "actions/checkout", "self", an image; ""
// where `reference` is malformed.
std::string id_source(std::string_view reference);

// Whether `reference` names an action of another repository in the right form:
// owner/name[/path]@ref.
bool names_remote_action(std::string_view reference);

}  // namespace crema::workflow
