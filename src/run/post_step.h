// What an action leaves to do at the end of the job. Data, not code: a resumed job finds its post
// steps in the journal.
#pragma once

#include "crema/evidence/event.h"
#include "crema/expr/value.h"

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace crema::run {

// An action as a step uses it, resolved: a built-in, or a folder with a manifest.
struct ActionUse {
  std::string reference;         // "actions/cache@v4", "./setup"
  std::string builtin;           // name in the catalog; "" for a folder
  std::filesystem::path folder;  // of its manifest; "" for a built-in
  std::string repository, ref;   // github.action_repository and action_ref; "" for a local one
  bool local() const { return builtin.empty() && repository.empty(); }
};

struct PostStep {
  ActionUse action;
  std::string id;    // of the step, as github.action shows it
  std::string name;  // of the step it comes from
  std::vector<std::pair<std::string, std::string>> inputs;
  std::vector<std::pair<std::string, std::string>> own_environment;
  std::map<std::string, std::string> state;
  std::string script;          // of a JavaScript action, in its folder
  std::string condition;       // `post-if`
  expr::Value inputs_context;  // of the composite action it stands in; null at job level
  expr::Value steps_context;
};

// The post steps of one step of the job: one for an action of its own, several for a composite.
struct PostGroup {
  std::string name;             // "Post Run actions/cache@v4"
  std::string condition;        // decides about all of them
  std::vector<PostStep> steps;  // in the order they were registered; they run in reverse
};

}  // namespace crema::run
